/**
 * A page that opens WebSockets for a test and tells what they heard; the test drives it from outside. What runs in the page is text, since
 * nothing of ours is there.
 */
import type { Page } from "playwright-core";

/** What the page knows of one of its WebSockets. */
export interface Heard {
  readonly id: number;
  readonly protocol: string;
  readonly extensions: string;
  /** Names of the events, in order. */
  readonly events: readonly string[];
  /** Code, reason, and whether it ended in good order; once it is over. */
  readonly closed?: readonly [code: number, reason: string, wasClean: boolean];
}

export const PAGE = `<!doctype html><title>WebSockets</title><script>
  const sockets = [];
  const told = ({ id, ws, events, closed }) => ({ id, protocol: ws.protocol, extensions: ws.extensions, events, closed });
  /** Settles when it is open, or over. */
  const connect = (path, protocols = [], base = location.origin) => new Promise((resolve) => {
    const ws = new WebSocket(new URL(path, base.replace(/^http/, "ws")), protocols);
    ws.binaryType = "arraybuffer";
    const one = { id: sockets.length, ws, events: [], got: [], wake: [], closed: undefined };
    sockets.push(one);
    const event = (name) => { one.events.push(name); for (const wake of one.wake.splice(0)) wake(); };
    ws.onopen = () => { event("open"); resolve(told(one)); };
    ws.onerror = () => event("error");
    ws.onmessage = ({ data }) => { one.got.push(data); event("message"); };
    ws.onclose = ({ code, reason, wasClean }) => {
      one.closed = [code, reason, wasClean];
      event("close");
      resolve(told(one));
    };
  });
  const changed = (one) => new Promise((resolve) => one.wake.push(resolve));
  const next = async (id) => {
    const one = sockets[id];
    while (one.got.length === 0 && one.closed === undefined) await changed(one);
    if (one.got.length === 0) throw new Error("it is over: " + one.closed);
    return one.got.shift();
  };
  const over = async (id) => {
    const one = sockets[id];
    while (one.closed === undefined) await changed(one);
    return told(one);
  };
  const bytesOf = async (data) => new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data);
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  /** Sends, and says what came back: text, or the name of the type, and whether it was the same. */
  const echoed = async (id, data) => {
    sockets[id].ws.send(data);
    const answer = await next(id);
    if (typeof data === "string") return typeof answer + " " + (answer === data);
    const bytes = await bytesOf(ArrayBuffer.isView(data) ? data.slice().buffer : data);
    return answer.constructor.name + " " + same(bytes, await bytesOf(answer));
  };
  const noise = (length) => Uint8Array.from({ length }, (_, i) => Math.imul(i, 2654435761) >>> 13);
</script>`;

/** Opens a WebSocket in the page; settles when it is open, or refused. */
export const connect = (page: Page, path: string, protocols: readonly string[] = [], base?: string): Promise<Heard> =>
  page.evaluate<Heard>(
    `connect(${[path, protocols, ...(base === undefined ? [] : [base])].map((one) => JSON.stringify(one)).join()})`,
  );

/** Settles when it is over. */
export const over = (page: Page, { id }: Heard): Promise<Heard> => page.evaluate<Heard>(`over(${id})`);
