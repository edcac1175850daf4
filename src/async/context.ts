/**
 * Asynchronous contexts (`AsyncLocalStorage`): which one a program's own functions run in. It decides how a context is kept and entered, and
 * what that costs where a program uses none; it knows nothing of connections or requests.
 *
 * Two kinds of runtimes. Where a context is a frame (Bun, Node from 24) `enterWith` ends with the scope it is called in. Where stores
 * lie on resources (Node up to 23) it changes the resource, and whoever enters that again sees the store.
 * INVARIANT: a program's function never runs directly in a context that is entered again, but in a copy (`copyOf`, `isolated`).
 *
 * Contexts are kept by an `AsyncResource`, not by `AsyncLocalStorage.snapshot()`: to make one and enter it takes 0.05 to 0.1 µs on Node
 * and 0.01 µs on Bun, a snapshot 0.3 to 20 µs.
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";

type AnyFunction<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Result;

/** A context that can be entered again. */
export type Context = AsyncResource;

/** Whether contexts are frames here. Tried out, but not on Node up to 23 without the option: the first store makes promises dearer there. */
const FRAMES: boolean = mayHaveFrames() && hasFrames();

function mayHaveFrames(): boolean {
  const options = `${process.execArgv.join(" ")} ${process.env["NODE_OPTIONS"] ?? ""}`;
  return (
    "Bun" in globalThis || Number.parseInt(process.versions.node) >= 24 || /[-_]async[-_]context[-_]frame/.test(options)
  );
}

function hasFrames(): boolean {
  const storage = new AsyncLocalStorage<boolean>();
  const resource = new AsyncResource("landspout");
  resource.runInAsyncScope(() => storage.enterWith(true));
  const stays = resource.runInAsyncScope(() => storage.getStore());
  storage.disable();
  return stays !== true;
}

/** Without frames: a store was seen on a resource of ours. It never becomes false again. */
let storesSeen = false;

/** The present context. */
export const captureContext = (): Context => new AsyncResource("landspout");

/** The present context, for a connection: one that `enter` takes. */
export function connectionContext(): Context {
  const context = captureContext();
  // Node up to 23 gives each resource a store, perhaps undefined, for every `AsyncLocalStorage` that is in use.
  if (!FRAMES && !storesSeen)
    storesSeen = Object.getOwnPropertySymbols(context).some(({ description }) => description === "kResourceStore");
  return context;
}

/** The context in which this module was loaded: no request's, no connection's. */
const none: Context = connectionContext();

/**
 * Without frames: a resource that notices the first store that is set on it, by its prototype. While none is, all reads share it, and what
 * a program does in it leaves nothing behind; so a program that uses no `AsyncLocalStorage` does not pay for those that do.
 */
const noticing: Context = new AsyncResource("landspout");
// Its own, since the prototype makes the way to others long.
Object.defineProperty(noticing, "runInAsyncScope", { value: AsyncResource.prototype.runInAsyncScope });
Object.setPrototypeOf(
  noticing,
  new Proxy(AsyncResource.prototype, {
    set(_prototype, key, value, receiver: object) {
      storesSeen = true;
      return Reflect.defineProperty(receiver, key, { value, writable: true, enumerable: true, configurable: true });
    },
  }),
);

/** Where a function of this package enters the context of a connection, such as for a read; the program's functions it calls run in copies. */
export const scopeOf = (context: Context): Context => (FRAMES || storesSeen ? context : noticing);

/**
 * Whether a program's function may run directly in the context that was entered for the present read. `first`: none has yet. Frames
 * are left with the scope; without them nothing is left behind as long as there are no stores.
 */
export const isClean = (first: boolean): boolean => (FRAMES ? first : !storesSeen);

/** `captureContext` during a read, in the context that was entered for it. Where no store was ever seen, no resource has to be made. */
export const captureInRead = (): Context => (!FRAMES && !storesSeen ? none : captureContext());

/** Calls a function of this package, such as one that makes a timer for all connections, outside of every request's context. */
export function withoutContext<Result>(make: () => Result): Result {
  return none.runInAsyncScope(make);
}

/** Calls a program's function in a copy of the present context: what it sets by `enterWith` ends with the call. */
export function isolated<This, Args extends unknown[], Result>(
  call: AnyFunction<This, Args, Result>,
  thisArg: This,
  ...args: Args
): Result {
  return new AsyncResource("landspout").runInAsyncScope(call, thisArg, ...args);
}

/** A copy of a context, for one call of a program's function. */
export const copyOf = (context: Context): Context => (FRAMES ? context : context.runInAsyncScope(captureContext));

/** Calls a program's function in a copy of a context. */
export function callIn<This, Args extends unknown[], Result>(
  context: Context,
  call: AnyFunction<This, Args, Result>,
  thisArg: This,
  ...args: Args
): Result {
  return copyOf(context).runInAsyncScope(call, thisArg, ...args);
}

/** A program's function that is called later, as one that runs in a copy of the present context. */
export function bound<Args extends unknown[], Result>(call: (...args: Args) => Result): (...args: Args) => Result {
  const context = captureContext();
  return (...args) => callIn(context, call, undefined, ...args);
}
