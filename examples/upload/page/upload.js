/** The page of the uploads: sends one file after another, shows how far each one is, and what the server has. */
const byId = (id) => document.getElementById(id);
const list = byId("list");
const drop = byId("drop");
const input = byId("files");

/** Bytes the server takes in one file; it says so itself. */
let maxSize = Infinity;
/** Rows whose files wait for their turn. */
const waiting = [];
let busy = false;

// --- words ---

function sizeText(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}
function secondsText(seconds) {
  if (seconds < 1) return "less than a second left";
  if (seconds < 90) return `${Math.round(seconds)} s left`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// --- rows ---

function newRow(name) {
  const item = byId("row").content.firstElementChild.cloneNode(true);
  const row = { item, name, size: 0 };
  // Whatever others call their files goes in as text, never as markup.
  item.querySelector("bdi").textContent = name;
  item.querySelector(".name").title = name;
  item.querySelector("progress").ariaLabel = `Upload of ${name}`;
  return row;
}
function setState(row, state, ...facts) {
  row.item.dataset.state = state;
  row.item.querySelector(".facts").replaceChildren(...facts.map(toElement));
  count();
}
function toElement(fact) {
  if (typeof fact !== "string") return fact;
  const span = document.createElement("span");
  span.textContent = fact;
  return span;
}
function setAction(row, text, act) {
  const button = row.item.querySelector(".act");
  button.textContent = text;
  button.ariaLabel = `${text} ${row.name}`;
  button.onclick = act;
}
function leave(row) {
  const next = row.item.nextElementSibling ?? row.item.previousElementSibling;
  row.item.remove();
  (next?.querySelector(".act") ?? input).focus();
  count();
}
function count() {
  const there = list.querySelectorAll("li[data-state=done]");
  const sum = Array.from(there).reduce((total, { dataset }) => total + Number(dataset.size), 0);
  byId("sum").textContent =
    there.length === 0 ? "" : `${there.length === 1 ? "1 file" : `${there.length} files`}, ${sizeText(sum)}`;
  byId("empty").hidden = list.children.length > 0 || byId("problem").textContent !== "";
}

function showStored(row, { id, name, size, sha256, time }) {
  const link = document.createElement("a");
  link.href = `/files/${id}`;
  link.download = name;
  link.append(...row.item.querySelector("bdi").childNodes);
  row.item.querySelector("bdi").append(link);
  row.item.dataset.size = size;
  const hash = document.createElement("code");
  hash.textContent = `SHA-256 ${sha256}`;
  setState(row, "done", sizeText(size), clock.format(time), hash);
  setAction(row, "Delete", async () => {
    const response = await fetch(`/files/${id}`, { method: "DELETE" }).catch(() => undefined);
    if (response?.ok || response?.status === 404) leave(row);
    else say("The file could not be deleted");
  });
}
function say(text) {
  byId("spoken").textContent = text;
}

// --- sending ---

function add(files) {
  const rows = Array.from(files, (file) => ({ ...newRow(file.name), file, size: file.size }));
  list.prepend(...rows.map(({ item }) => item));
  for (const row of rows) {
    const { file } = row;
    if (file.size > maxSize) {
      fail(row, `A file has at most ${sizeText(maxSize)}; this one has ${sizeText(file.size)}`, false);
      continue;
    }
    queue(row);
  }
  void work();
}
function queue(row) {
  row.item.querySelector("progress").value = 0;
  setState(row, "waiting", sizeText(row.size), "waiting");
  setAction(row, "Cancel", () => {
    waiting.splice(waiting.indexOf(row), 1);
    leave(row);
  });
  waiting.push(row);
}
function fail(row, reason, again = true) {
  setState(row, "failed", reason);
  say(`${row.name}: ${reason}`);
  if (!again) setAction(row, "Remove", () => leave(row));
  else
    setAction(row, "Retry", () => {
      queue(row);
      void work();
    });
}

async function work() {
  if (busy) return;
  busy = true;
  for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await send(row);
  busy = false;
}

/** XMLHttpRequest, for it tells how much has been sent; `fetch` does not. */
function send(row) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const pace = newPace();
    const bar = row.item.querySelector("progress");
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = loaded / total;
      const share = `${Math.floor((100 * loaded) / total)} %`;
      if (loaded === total) setState(row, "sending", `${sizeText(total)} sent, waiting for the server`);
      else setState(row, "sending", share, `${sizeText(loaded)} of ${sizeText(total)}`, ...pace(loaded, total));
    };
    request.onload = () => {
      const answer = request.response ?? {};
      if (request.status === 201 && answer.files?.length === 1) {
        showStored(row, answer.files[0]);
        say(`${row.name} has been uploaded`);
      } else fail(row, answer.error ?? `The server answered ${request.status}`);
    };
    request.onerror = () => fail(row, "The connection broke off");
    request.onabort = () => leave(row);
    request.onloadend = done;
    const form = new FormData();
    form.append("file", row.file);
    request.open("POST", "/files");
    request.responseType = "json";
    setState(row, "sending", sizeText(row.size), "starting");
    setAction(row, "Cancel", () => request.abort());
    request.send(form);
  });
}

/** Bytes per second over the last few seconds, and what that means for the rest. */
function newPace() {
  const marks = [{ at: performance.now(), loaded: 0 }];
  return (loaded, total) => {
    const at = performance.now();
    marks.push({ at, loaded });
    while (marks.length > 2 && at - marks[0].at > 5000) marks.shift();
    const seconds = (at - marks[0].at) / 1000;
    if (seconds < 0.5) return [];
    const speed = (loaded - marks[0].loaded) / seconds;
    return speed > 0 ? [`${sizeText(speed)}/s`, secondsText((total - loaded) / speed)] : [];
  };
}

// --- choosing, dropping ---

input.addEventListener("change", () => {
  add(input.files);
  // The same file may be chosen again.
  input.value = "";
});
// The input covers the place and takes what is dropped there by itself; beside it a drop would make the browser leave the page.
for (const name of ["dragenter", "dragover", "dragleave", "drop"])
  addEventListener(name, (event) => {
    drop.classList.toggle("over", name.startsWith("drage") || name === "dragover");
    if (event.target === input) {
      if (name === "drop") drop.classList.remove("over");
      return;
    }
    event.preventDefault();
    if (name === "drop") add(event.dataTransfer.files);
  });
addEventListener("beforeunload", (event) => {
  if (busy) event.preventDefault();
});

// --- what is there ---

async function load() {
  try {
    const response = await fetch("/files");
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const answer = await response.json();
    maxSize = answer.maxSize;
    byId("limit").textContent = `Up to ${sizeText(maxSize)} each`;
    for (const upload of answer.files) {
      const row = newRow(upload.name);
      list.append(row.item);
      showStored(row, upload);
    }
  } catch (error) {
    byId("problem").textContent = `The list could not be loaded: ${error.message}`;
  }
  count();
}
void load();
