/** Shows the messages that are on their way below those that have arrived, and those that could not be sent. It must not know the server. */
const list = document.getElementById("unsent");

/** By key. */
const items = new Map();

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
function button(text, action) {
  const element = make("button", "", text);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

export function showUnsent({ key, room, text }) {
  const item = make("li", "own", "");
  item.dataset.room = room;
  const content = make("p", "content", text);
  content.dir = "auto";
  item.append(content, make("p", "fate", "Sending…"));
  items.get(key)?.remove();
  items.set(key, item);
  list.append(item);
}

/** It has arrived, or is in the field again. */
export function forgetUnsent(key) {
  items.get(key)?.remove();
  items.delete(key);
}

export const isUnsent = (key) => items.has(key);

/** Only those of this room are seen. */
export function showUnsentOf(room) {
  for (const item of items.values()) item.hidden = item.dataset.room !== room;
}

/** It stays until somebody decides. */
export function showFailed({ key }, reason, { again, removed }) {
  const item = items.get(key);
  if (item === undefined) return;
  const fate = make("p", "fate", `${reason} `);
  fate.append(
    button("Send again", again),
    " ",
    button("Remove", () => {
      forgetUnsent(key);
      removed();
    }),
  );
  item.classList.add("failed");
  item.querySelector(".fate").replaceWith(fate);
}
