/** The page of the chat: asks for what is newer than it knows, again and again, and shows it. */
const byId = (id) => document.getElementById(id);
const list = byId("messages");
const scroll = byId("scroll");
const form = byId("form");
const nameField = byId("name");
const textField = byId("text");
const newer = byId("newer");
const problem = byId("problem");

/** Messages the page keeps. */
const MOST = 500;
/** Seconds without an answer after which a poll counts as lost: the server answers within 25. */
const PATIENCE = 40;

/** Under this name the server counts us; made up anew with every page. */
const who = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join(
  "",
);
/** Id of the newest message we know. */
let last = 0;
/** The message above the next one. */
let previous;
let unread = 0;

// --- the name, remembered where the browser lets us ---

function remembered() {
  try {
    return localStorage.getItem("name") ?? "";
  } catch {
    return "";
  }
}
function remember(name) {
  try {
    localStorage.setItem("name", name);
  } catch {
    // Then it lives as long as the page.
  }
}

// --- showing ---

function setState(state, text) {
  const element = byId("state");
  if (element.textContent === text) return;
  element.dataset.state = state;
  element.textContent = text;
}

function setPeople(count) {
  byId("people").textContent = count === 0 ? "" : count === 1 ? "Only you" : `${count} people here`;
}

const atBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** Messages that came while nobody looked are counted in the title. */
function setUnread(count) {
  unread = count;
  document.title = count === 0 ? "landspout chat" : `(${count}) landspout chat`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
function timeText(time) {
  const isToday = new Date(time).toDateString() === new Date().toDateString();
  return (isToday ? clock : dayAndClock).format(time);
}

/** The same name has the same colour everywhere. */
function hueOf(name) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}

// Whatever others wrote goes in as text, never as markup.
function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function itemFor({ name, text, time }) {
  const item = make("li", name === nameField.value.trim() ? "own" : "", "");
  if (previous?.name === name && time - previous.time < 120_000) item.classList.add("same");
  const face = make("span", "face", (Array.from(name)[0] ?? "?").toUpperCase());
  face.setAttribute("aria-hidden", "true");
  face.style.setProperty("--hue", hueOf(name));
  const meta = make("p", "meta", "");
  const stamp = make("time", "", timeText(time));
  stamp.dateTime = new Date(time).toISOString();
  meta.append(make("bdi", "who", name), " ", stamp);
  const body = make("p", "body", text);
  body.dir = "auto";
  item.append(face, meta, body);
  return item;
}

function show(messages) {
  const newest = messages.at(-1)?.id ?? last;
  // Ids go up, unless the server has started again with its clock put back.
  if (newest < last) last = 0;
  const fresh = messages.filter(({ id }) => id > last);
  last = newest;
  if (fresh.length > 0) {
    const follow = atBottom() || fresh.some(({ name }) => name === nameField.value.trim());
    for (const message of fresh) {
      list.append(itemFor(message));
      previous = message;
    }
    while (list.children.length > MOST) list.firstElementChild.remove();
    if (follow) toBottom();
    else newer.hidden = false;
    if (document.hidden) setUnread(unread + fresh.length);
  }
  byId("empty").hidden = list.children.length > 0;
}

// --- talking to the server ---

async function ask(path) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE * 1000);
  try {
    const response = await fetch(path, { signal: limit.signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return await response.json();
  } finally {
    clearTimeout(timer);
  }
}

/** Ends early when the browser says that there is a network again. */
function pause(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });
}

async function listen() {
  for (let failures = 0; ;) {
    try {
      // What there is comes at once; then we wait for more.
      show((await ask("/messages/recent")).messages);
      setState("online", "Online");
      // From here on new messages are read aloud to those who listen; what was there before is not.
      byId("log").setAttribute("aria-live", "polite");
      failures = 0;
      for (;;) {
        const { messages, people } = await ask(`/messages?since=${last}&who=${who}`);
        show(messages);
        setPeople(people);
      }
    } catch {
      failures++;
      setState("offline", "Offline, trying again");
      setPeople(0);
      // Twice as long each time, up to half a minute, and never all windows at once.
      await pause(Math.min(30, 0.5 * 2 ** failures) * (0.75 + Math.random() / 2));
    }
  }
}

async function send(name, text) {
  const response = await fetch("/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, text }),
  }).catch(() => undefined);
  if (response === undefined) throw new Error("The server cannot be reached");
  if (response.ok) return;
  const { error } = await response.json().catch(() => ({}));
  throw new Error(error ?? `The server answered ${response.status}`);
}

async function submit() {
  const name = nameField.value.trim();
  const text = textField.value.trim();
  problem.textContent = name === "" ? "Please say who you are." : "";
  if (name === "" || text === "") {
    (name === "" ? nameField : textField).focus();
    return;
  }
  const button = byId("send");
  if (button.disabled) return;
  button.disabled = true;
  remember(name);
  try {
    await send(name, text);
    if (textField.value.trim() === text) textField.value = "";
    fit();
  } catch (error) {
    problem.textContent = `Not sent: ${error.message}. Your text is still here.`;
  }
  button.disabled = false;
  textField.focus();
}

// --- the fields ---

/** The field grows with its text; most browsers do it by themselves. */
function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  textField.style.height = "auto";
  textField.style.height = `${textField.scrollHeight + 2}px`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
nameField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  textField.focus();
});
textField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void submit();
});
textField.addEventListener("input", fit);
newer.addEventListener("click", toBottom);
scroll.addEventListener("scroll", () => {
  if (atBottom()) newer.hidden = true;
});
// The keyboard of a phone takes half the room: stay at the newest message.
new ResizeObserver(() => {
  if (newer.hidden) toBottom();
}).observe(scroll);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) setUnread(0);
});

nameField.value = remembered();
// On a phone this would bring up the keyboard before anything was read.
if (matchMedia("(hover: hover)").matches) (nameField.value === "" ? nameField : textField).focus();
void listen();
