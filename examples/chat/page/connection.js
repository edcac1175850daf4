/**
 * The connection of the page to a room: a WebSocket; where none comes through, server-sent events; and where these do not come either,
 * long polling. Lost, it is made again, and what was missed comes first. It must not know how anything is shown.
 */

/** Seconds a road may take to its first word: what lies between may let a connection through, and nothing over it. */
const FIRST_WORD = 5;
/** Seconds without an answer after which a poll counts as lost: the server answers within 25. */
const PATIENCE = 40;
/** Seconds between two questions over a WebSocket whether the server is there, and for the answer. */
const ASK_EVERY = 30;
const ANSWER_WITHIN = 10;
/** Status of a post that was too fast. */
const TOO_FAST = 429;

const wait = (seconds, action) => setTimeout(() => action(), seconds * 1000);

/** The server has said no: it makes no sense to send that again, or not before `retryAfter` seconds where these are known. */
export class RefusedError extends Error {
  constructor(message, retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

async function refusalOf(response) {
  const { error } = await response.json().catch(() => ({}));
  const retryAfter = response.status === TOO_FAST ? Number(response.headers.get("Retry-After")) || 1 : undefined;
  return new RefusedError(error ?? `The server answered ${response.status}`, retryAfter);
}

export class Connection {
  /** What the page shows: `messages`, `state`, `online`, `offline`. */
  #view;
  #room;
  #who;
  /** What the page knows: `name()`, and `since()`, how far it has heard the server. */
  #page;
  #ended = new AbortController();
  #socket;
  /** Why the server does not want us, where it says so. */
  #refusal = "";
  /** Messages on their way over the WebSocket, by key. */
  #sending = new Map();

  constructor(room, who, page, view) {
    this.#room = room;
    this.#who = who;
    this.#page = page;
    this.#view = view;
    void this.#run();
  }

  close() {
    this.#ended.abort();
  }

  async #run() {
    const roads = [
      ["WebSocket", (lost, word) => this.#overSocket(lost, word)],
      ["server-sent events", (lost, word) => this.#overEvents(lost, word)],
      ["long polling", (lost, word) => this.#overPolls(lost, word)],
    ];
    for (let failures = 0; !this.#ended.signal.aborted;) {
      let worked = false;
      for (const [name, road] of roads) {
        await this.#travel(road, () => {
          if (worked) return;
          worked = true;
          failures = 0;
          this.#view.online(name);
        });
        if (worked || this.#ended.signal.aborted) break;
      }
      if (this.#ended.signal.aborted) return;
      this.#view.offline(this.#refusal);
      // Twice as long each time, up to half a minute, and never all windows at once.
      await this.#pause(Math.min(30, 0.4 * 2 ** failures++) * (0.75 + Math.random() / 2));
    }
  }

  /** Ends when the road is lost, by whatever: its own end, the room left, no network, no first word. */
  async #travel(road, worked) {
    const lost = new AbortController();
    const lose = () => lost.abort();
    const timer = wait(FIRST_WORD, lose);
    addEventListener("offline", lose);
    this.#ended.signal.addEventListener("abort", lose);
    try {
      await road(lost, () => {
        clearTimeout(timer);
        worked();
      });
    } catch (error) {
      // The next road, or the next time.
      this.#refusal = error instanceof RefusedError ? error.message : "";
    }
    clearTimeout(timer);
    removeEventListener("offline", lose);
    this.#ended.signal.removeEventListener("abort", lose);
  }

  /** Ends early when the browser says that there is a network again. */
  #pause(seconds) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        this.#ended.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = wait(seconds, done);
      addEventListener("online", done);
      this.#ended.signal.addEventListener("abort", done);
    });
  }

  #address(path) {
    const address = new URL(path, location.href);
    const query = { room: this.#room, who: this.#who, name: this.#page.name(), since: this.#page.since() };
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    return address;
  }

  #show(event) {
    if (this.#ended.signal.aborted) return;
    if (event.type === "messages") this.#view.messages(event);
    else if (event.type === "state" || event.type === "welcome") this.#view.state(event);
  }

  // --- the roads ---

  #overSocket({ signal }, word) {
    return new Promise((resolve, reject) => {
      const address = this.#address("/socket");
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(address);
      let answer;
      const asking = setInterval(() => {
        if (socket.readyState !== WebSocket.OPEN) return;
        socket.send('{"type":"ask"}');
        answer ??= wait(ANSWER_WITHIN, over);
      }, ASK_EVERY * 1000);
      const over = () => {
        clearInterval(asking);
        clearTimeout(answer);
        signal.removeEventListener("abort", over);
        // A socket without a network takes long to notice: nobody listens to it any more.
        socket.onmessage = socket.onclose = null;
        socket.close();
        if (this.#socket === socket) this.#socket = undefined;
        for (const { failed } of this.#sending.values()) failed(new Error("The connection was lost"));
        resolve();
      };
      socket.onmessage = ({ data }) => {
        clearTimeout(answer);
        answer = undefined;
        const event = JSON.parse(data);
        if (event.type === "welcome") {
          this.#socket = socket;
          word();
        }
        if (event.type === "sent") this.#sending.get(event.key)?.done();
        else if (event.type === "refused")
          this.#sending.get(event.key)?.failed(new RefusedError(event.error, event.retryAfter));
        else this.#show(event);
      };
      socket.onclose = over;
      signal.addEventListener("abort", over);
      if (signal.aborted) reject(signal.reason);
    });
  }

  #overEvents({ signal }, word) {
    return new Promise((resolve) => {
      const source = new EventSource(this.#address("/events"));
      const over = () => {
        source.close();
        signal.removeEventListener("abort", over);
        resolve();
      };
      source.onmessage = ({ data }) => {
        const event = JSON.parse(data);
        if (event.type === "welcome") word();
        this.#show(event);
      };
      source.onerror = over;
      signal.addEventListener("abort", over);
    });
  }

  async #overPolls(lost, word) {
    // What there is comes at once, as no state has this version; then we wait for more.
    for (let version = "none"; ;) {
      const address = this.#address("/messages");
      address.searchParams.set("version", version);
      const timer = wait(PATIENCE, () => lost.abort());
      const response = await fetch(address, { signal: lost.signal });
      if (!response.ok) throw await refusalOf(response);
      const news = await response.json();
      clearTimeout(timer);
      word();
      // The state first: it says which messages are our own.
      this.#show({ ...news, type: "state" });
      this.#show({ ...news, type: "messages" });
      version = news.version;
    }
  }

  // --- to the server ---

  /**
   * Sends a message. By its key the server knows it, if it has to be sent twice because the answer to the first time got lost.
   * @throws RefusedError, or Error if the server cannot be reached.
   */
  async say(message) {
    if (this.#socket !== undefined) {
      try {
        return await this.#sayOverSocket(this.#socket, message);
      } catch (error) {
        if (error instanceof RefusedError) throw error;
      }
    }
    return this.#post("/messages", message);
  }

  #sayOverSocket(socket, message) {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#sending.delete(message.key);
      };
      const failed = (error) => {
        end();
        reject(error);
      };
      const done = () => {
        end();
        resolve();
      };
      const timer = wait(ANSWER_WITHIN, () => failed(new Error("The server does not answer")));
      this.#sending.set(message.key, { done, failed });
      socket.send(JSON.stringify({ type: "say", ...message }));
    });
  }

  /** Tells the name, and whether somebody is typing; whether that arrives matters little. */
  tell(self) {
    if (this.#socket !== undefined) this.#socket.send(JSON.stringify({ type: "self", who: this.#who, ...self }));
    else this.#post("/self", self).catch(() => undefined);
  }

  async #post(path, content) {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ room: this.#room, who: this.#who, ...content }),
      signal: AbortSignal.timeout(ANSWER_WITHIN * 1000),
    }).catch(() => undefined);
    if (response === undefined) throw new Error("The server cannot be reached");
    if (response.ok) return;
    throw await refusalOf(response);
  }
}
