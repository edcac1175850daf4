/** The page of the chat: joins the connection to a room with what is shown, and takes what is typed. */
import { Connection } from "./connection.js";
import { Outbox } from "./outbox.js";
import { forgetUnsent, isUnsent, showFailed, showUnsent, showUnsentOf } from "./unsent.js";
import {
  closeSide,
  followOwn,
  readAloud,
  showMessages,
  showPeople,
  showRoom,
  showRooms,
  showState,
  showTyping,
} from "./view.js";

const byId = (id) => document.getElementById(id);
const form = byId("form");
const nameField = byId("name");
const textField = byId("text");
const problem = byId("problem");

/** Seconds after which a page says again that somebody is typing: the server forgets it after 5. */
const TYPING_AGAIN = 3;

/** Made up anew with every page; a key of a message likewise. */
const makeSecret = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
/** Under this name the server counts us. */
const who = makeSecret();
/** Processes whose place in the record of the room is remembered; a balancer may send us to any. */
const MOST_PLACES = 8;
/** How far we have heard each of the processes we were connected to. */
let heard = new Map();
/** Our id among those present. */
let you = "";
/** The id our messages have, from whichever window of this browser. A name proves nothing: others may have the same. */
let me = "";
/** The rooms there were when we heard of them last. */
let rooms = [];
let connection;
let typedAt = 0;

const ownName = () => nameField.value.trim();

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

// --- the room, named in the address ---

function roomOfAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1)).normalize("NFC").trim().toLowerCase() || "lobby";
  } catch {
    return "lobby";
  }
}

function enter(room) {
  connection?.close();
  heard = new Map();
  you = "";
  showUnsentOf(room);
  showRoom(room);
  showState("connecting", "Connecting");
  showRooms(rooms);
  const page = { name: ownName, since: () => [...heard].map((place) => place.join(".")).join("~") };
  connection = new Connection(room, who, page, {
    online(road) {
      showState("online", "Online", road);
    },
    offline(why) {
      showState("offline", why === "" ? "Offline, trying again" : why);
      // Who is where we do not know any more.
      rooms = rooms.map(({ name }) => ({ name, people: 0 }));
      showPeople(0, [], "");
      showRooms(rooms);
      showTyping([]);
    },
    messages({ messages, at, gap = false }) {
      const [process, number] = at.split(".");
      heard.delete(process);
      heard.set(process, number);
      if (heard.size > MOST_PLACES) heard.delete(heard.keys().next().value);
      for (const { key } of messages) forgetUnsent(key);
      showMessages(messages, gap, ({ from }) => from !== "" && from === me);
      readAloud();
    },
    state(state) {
      you = state.you ?? you;
      me = state.me ?? me;
      showPeople(state.people, state.present, you);
      rooms = state.rooms;
      showRooms(rooms);
      const typing = state.present.filter(({ id }) => id !== you && state.typing.includes(id));
      showTyping(typing.map(({ name }) => name || "Somebody"));
    },
  });
}

addEventListener("hashchange", () => {
  enter(roomOfAddress());
  closeSide();
});
byId("go").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("another");
  const name = field.value.trim();
  if (!field.reportValidity() || name === "") return;
  field.value = "";
  location.hash = `#${encodeURIComponent(name.toLowerCase())}`;
});

// --- sending ---

/** Whether the problem shown is one that ends by itself. */
let isPassing = false;

function complain(text, passes = false) {
  problem.textContent = text;
  isPassing = passes;
}

const outbox = new Outbox({
  sending(message) {
    showUnsent(message);
    followOwn();
  },
  slowed(_message, { message: reason }) {
    complain(`${reason}. What you wrote is sent by itself.`, true);
  },
  sent({ key }) {
    forgetUnsent(key);
    if (isPassing) complain("");
  },
  failed(message, error) {
    const reason = `Not sent: ${error.message}.`;
    const { key, text, to } = message;
    // It came back to us, so it had arrived: only the answer was lost.
    if (!isUnsent(key)) return;
    // Back where it came from, unless something else has been written there.
    if (textField.value.trim() === "" && to === connection) {
      forgetUnsent(key);
      textField.value = text;
      fit();
      return complain(`${reason} Your text is still here.`);
    }
    complain(reason);
    const again = () => {
      complain("");
      send(message);
    };
    showFailed(message, reason, { again, removed: () => complain("") });
  },
});

/** To the room it was written in, whichever we are in now. */
function send(message) {
  const { key, name, text, to } = message;
  outbox.add(message, () => to.say({ key, name, text }));
}

function submit() {
  const name = ownName();
  const text = textField.value.trim();
  complain(name === "" ? "Please say who you are." : "");
  if (name === "" || text === "") return (name === "" ? nameField : textField).focus();
  if (outbox.isFull) return complain("Many messages are on their way. Wait until they are sent.");
  remember(name);
  // The field is free at once: what is written from now on is another message.
  textField.value = "";
  typedAt = 0;
  fit();
  send({ key: makeSecret(), name, text, room: roomOfAddress(), to: connection });
  textField.focus();
}

/** Tells the others that we are typing, now and then, and that we have stopped. */
function tellTyping() {
  const typing = textField.value.trim() !== "";
  const now = performance.now();
  if (typing ? typedAt > 0 && now - typedAt < TYPING_AGAIN * 1000 : typedAt === 0) return;
  typedAt = typing ? now : 0;
  connection.tell({ name: ownName(), typing });
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
  submit();
});
nameField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  textField.focus();
});
nameField.addEventListener("change", () => connection.tell({ name: ownName(), typing: typedAt > 0 }));
textField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
textField.addEventListener("input", () => {
  fit();
  tellTyping();
});

nameField.value = remembered();
// On a phone this would bring up the keyboard before anything was read.
if (matchMedia("(hover: hover)").matches) (nameField.value === "" ? nameField : textField).focus();
enter(roomOfAddress());
