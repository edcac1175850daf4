/** What the page shows: messages, people, rooms, who is typing, whether we are connected. It must not know the server. */
import { linked } from "./links.js";

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const scroll = byId("scroll");
const newer = byId("newer");
const log = byId("log");

/** Messages the page keeps. */
const MOST = 500;
/** Milliseconds up to which messages of the same name belong together. */
const TOGETHER = 120_000;

/** The messages shown, by their items. */
const shown = new Map();
let unread = 0;
let room = "";

// --- small things ---

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
function makeFace(name) {
  const face = make("span", "face", (Array.from(name)[0] ?? "?").toUpperCase());
  face.setAttribute("aria-hidden", "true");
  face.style.setProperty("--hue", hueOf(name));
  return face;
}

/** Text is changed only where it is another: what is read aloud is not read twice. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- whether we are connected ---

export function showState(state, text, road = "") {
  const element = byId("state");
  element.dataset.state = state;
  setText(element, text);
  setText(byId("road"), road === "" ? "" : `by ${road}`);
}

// --- messages ---

const atBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** Messages that came while nobody looked are counted in the title. */
function setUnread(count) {
  unread = count;
  document.title = `${count === 0 ? "" : `(${count}) `}${room} · landspout chat`;
}

function itemFor({ name, text, time }, own) {
  const item = make("li", own ? "own" : "", "");
  const meta = make("p", "meta", "");
  const stamp = make("time", "", timeText(time));
  stamp.dateTime = new Date(time).toISOString();
  meta.append(make("bdi", "who", name), " ", stamp);
  const body = make("p", "body", "");
  body.append(...linked(text));
  body.dir = "auto";
  item.append(makeFace(name), meta, body);
  return item;
}

/** Several in a row by the same person under the same name belong together. */
function join(item) {
  if (item === null) return;
  const message = shown.get(item);
  const above = shown.get(item.previousElementSibling);
  const sameAuthor = above?.from === message?.from && above?.name === message?.name;
  const same = sameAuthor && message?.time - above?.time < TOGETHER;
  item.classList.toggle("same", same);
}

/** Where its id says: mostly at the end, further up if it was said elsewhere while that could not be reached. */
function place(message, isOwn) {
  const item = itemFor(message, isOwn(message));
  let above = list.lastElementChild;
  while (above !== null && shown.get(above)?.id > message.id) above = above.previousElementSibling;
  shown.set(item, message);
  if (above === null) list.prepend(item);
  else above.after(item);
  join(item);
  join(item.nextElementSibling);
}

function forgetOldest() {
  const oldest = list.firstElementChild;
  shown.delete(oldest);
  oldest.remove();
}

/**
 * Adds the messages that are not there yet. `gap`: who knows none of them has missed some that nobody has any more. `isOwn` says on which
 * side a message stands.
 */
export function showMessages(messages, gap, isOwn) {
  // A message that was sent twice, to two processes, has two ids but one key.
  const known = new Set();
  for (const { id, key } of shown.values()) known.add(id).add(key);
  const fresh = messages.filter(({ id, key }) => !known.has(id) && (key === "" || !known.has(key)));
  if (fresh.length > 0) {
    const follow = atBottom() || fresh.some((message) => isOwn(message));
    if (gap && fresh.length === messages.length && shown.size > 0)
      list.append(make("li", "gap", "Some messages from before are no longer kept."));
    for (const message of fresh) place(message, isOwn);
    while (list.children.length > MOST) forgetOldest();
    if (follow) toBottom();
    else newer.hidden = false;
    if (document.hidden) setUnread(unread + fresh.length);
  }
  showWhetherEmpty();
}

const showWhetherEmpty = () => {
  byId("empty").hidden = list.children.length > 0 || byId("unsent").children.length > 0;
};

/** A message of our own stands below the others, on its way. */
export function followOwn() {
  showWhetherEmpty();
  toBottom();
}

/** From now on new messages are read aloud to those who listen; what was there before is not. */
export function readAloud() {
  log.setAttribute("aria-live", "polite");
}

/** Another room: nothing is known of it yet. */
export function showRoom(name) {
  room = name;
  shown.clear();
  log.setAttribute("aria-live", "off");
  list.replaceChildren();
  newer.hidden = true;
  byId("empty").hidden = true;
  setText(byId("room"), name);
  setUnread(0);
  showTyping([]);
}

// --- people and rooms ---

export function showPeople(count, present, you) {
  setText(byId("people"), count === 0 ? "Rooms" : count === 1 ? "Only you" : `${count} people here`);
  const items = present.map(({ id, name }) => {
    const item = make("li", "", "");
    const text = `${name || "Somebody"}${id === you ? " (you)" : ""}`;
    item.append(makeFace(name), make("bdi", "", text));
    return item;
  });
  const others = count - present.length;
  if (others > 0 && present.length > 0) items.push(make("li", "others", `and ${others} more`));
  byId("present").replaceChildren(...items);
  byId("present-part").hidden = items.length === 0;
}

export function showRooms(rooms) {
  const links = byId("rooms");
  const focused = links.contains(document.activeElement) ? document.activeElement.getAttribute("href") : undefined;
  const all = rooms.some(({ name }) => name === room) ? rooms : [...rooms, { name: room, people: 0 }];
  const items = all.map(({ name, people }) => {
    const item = make("li", "", "");
    const link = make("a", "", "");
    link.href = `#${encodeURIComponent(name)}`;
    link.setAttribute("aria-label", people === 0 ? name : `${name}, ${people} inside`);
    if (name === room) link.setAttribute("aria-current", "page");
    link.append(make("bdi", "", name), make("span", "count", people === 0 ? "" : String(people)));
    item.append(link);
    return item;
  });
  links.replaceChildren(...items);
  // Who walks the list by keyboard stays where they were.
  if (focused !== undefined) links.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

/** Names of the others who are typing. */
export function showTyping(names) {
  const text =
    names.length === 0
      ? ""
      : names.length === 1
        ? `${names[0]} is typing…`
        : names.length === 2
          ? `${names[0]} and ${names[1]} are typing…`
          : `${names.length} people are typing…`;
  setText(byId("typing"), text);
}

// --- what the page does by itself ---

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

const side = byId("side");
const people = byId("people");
const wide = matchMedia("(min-width: 52rem)");

function showSide(open) {
  side.hidden = !open;
  people.setAttribute("aria-expanded", String(open));
}
people.addEventListener("click", () => showSide(side.hidden));
wide.addEventListener("change", () => showSide(wide.matches));
/** On a phone the list covers the messages, and goes when a room is chosen. */
export function closeSide() {
  if (!wide.matches) showSide(false);
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || side.hidden || wide.matches) return;
  showSide(false);
  people.focus();
});
showSide(wide.matches);
