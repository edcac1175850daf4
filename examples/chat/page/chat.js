/** The page of the chat: asks for what is newer than it knows, again and again, and shows it. */
const byId = (id) => document.getElementById(id);
const list = byId("messages");
const scroll = byId("scroll");
const form = byId("form");
const nameField = byId("name");
const textField = byId("text");
const newer = byId("newer");

/** Id of the newest message shown. */
let last = 0;
/** Ids of messages sent from this window. */
const own = new Set();
let shown;

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
    // Private windows may forbid it; then the name lives as long as the page.
  }
}

function setState(state, text) {
  const element = byId("state");
  if (element.dataset.state === state && element.textContent === text) return;
  element.dataset.state = state;
  element.textContent = text;
}

const atBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function show(message) {
  if (message.id <= last) return;
  last = message.id;
  const mine = own.has(message.id) || message.name === nameField.value.trim();
  const item = element("li", mine ? "own" : "", "");
  if (shown?.name === message.name && message.time - shown.time < 120_000) item.classList.add("same");
  const meta = element("p", "meta", "");
  const time = element("time", "", clock.format(message.time));
  time.dateTime = new Date(message.time).toISOString();
  meta.append(element("b", "", message.name), time);
  item.append(meta, element("p", "body", message.text));
  list.append(item);
  shown = message;
}

function showAll(messages) {
  if (messages.length === 0) return;
  byId("empty").hidden = true;
  const follow = atBottom();
  // A server that has started again counts from one.
  if (messages[0].id < last && messages.at(-1).id < last) last = 0;
  for (const message of messages) show(message);
  while (list.children.length > 500) list.firstElementChild.remove();
  if (follow) toBottom();
  else newer.hidden = false;
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function listen() {
  for (let failures = 0; ; ) {
    try {
      // A poll says nothing until there is news; that the server is back should be seen at once.
      if (failures > 0 && (await fetch("/people")).ok) setState("online", "Online");
      const response = await fetch(`/messages?since=${last}`);
      if (!response.ok) throw new Error(`status ${response.status}`);
      const { messages, people } = await response.json();
      failures = 0;
      setState("online", "Online");
      byId("people").textContent = people === 1 ? "Only you" : `${people} people`;
      showAll(messages);
    } catch {
      failures++;
      setState("offline", "Offline, trying again");
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
  });
  if (!response.ok) throw new Error(response.statusText || `The server answered ${response.status}`);
  const message = await response.json();
  own.add(message.id);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const problem = byId("problem");
  const name = nameField.value.trim();
  const text = textField.value.trim();
  if (name === "" || text === "") {
    (name === "" ? nameField : textField).focus();
    return;
  }
  remember(name);
  button.disabled = true;
  problem.textContent = "";
  try {
    await send(name, text);
    textField.value = "";
    toBottom();
  } catch (error) {
    problem.textContent = `Not sent: ${error.message}. Your text is still here.`;
  }
  button.disabled = false;
  textField.focus();
});

textField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
newer.addEventListener("click", toBottom);
scroll.addEventListener("scroll", () => {
  if (atBottom()) newer.hidden = true;
});

nameField.value = remembered();
(nameField.value === "" ? nameField : textField).focus();
setState("online", "Online");
void listen();
