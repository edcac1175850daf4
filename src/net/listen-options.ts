/** What can be listened on: ports, addresses and their options, checked before the runtimes see them, which take some wrong ones for others. */
import { UsageError } from "../errors.ts";
import { checkOptions, flag, shown, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import type { ListenOptions } from "./transport.ts";

/** Where to listen, besides port and address. */
export type BindOptions = Pick<ListenOptions, "backlog" | "reusePort" | "ipv6Only">;

/** The largest backlog the system calls take: a signed 32-bit number. */
const LARGEST_BACKLOG = 2 ** 31 - 1;
const BIND_OPTIONS: OptionTable<BindOptions> = { backlog: whole(1, LARGEST_BACKLOG), reusePort: flag, ipv6Only: flag };

export interface UnixOptions {
  /** Permissions of the file. Default 0o600: this user alone. */
  mode?: number;
  backlog?: number;
}
const UNIX_OPTIONS: OptionTable<UnixOptions> = { mode: whole(0, 0o7777), backlog: whole(1, LARGEST_BACKLOG) };

const wrong = (message: string): UsageError => new UsageError("ERR_LANDSPOUT_LISTEN", message);

/** 0 to 65535. Decimal digits are taken too: the environment gives `PORT` as text. */
function portOf(call: string, given: unknown): number {
  const port = typeof given === "string" && /^[0-9]{1,5}$/.test(given) ? Number(given) : given;
  if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  if (given === undefined)
    throw wrong(
      `${call}: the port is undefined. Give a number from 0 to 65535 (0: any free port); ` +
        "for an environment variable that may not be set, a default: process.env.PORT ?? 8888",
    );
  const path = typeof given === "string" && given.includes("/") ? "; a unix socket is listenUnix(path)" : "";
  throw wrong(
    `${call}: the port must be a whole number from 0 to 65535 (0: any free port), not ${shown(given)}${path}`,
  );
}

/** @throws UsageError where one of the arguments is a function, as `node:http` takes it. */
export function refuseCallback(call: string, ...args: readonly unknown[]): void {
  if (args.some((arg) => typeof arg === "function"))
    throw wrong(`${call} takes no callback: await the promise of server.listen(), or server.listening`);
}

/** A place to listen, of the arguments of `listen` and `bind`. @throws UsageError `ERR_LANDSPOUT_LISTEN` on arguments that are none. */
export function placeOf(call: string, port: unknown, address: unknown, options: BindOptions): ListenOptions {
  refuseCallback(call, port, address, options);
  const checked = portOf(call, port);
  if (address !== undefined && typeof address !== "string")
    throw wrong(`${call}: the address must be text, such as "127.0.0.1", or undefined for all, not ${shown(address)}`);
  checkOptions(call, options, BIND_OPTIONS);
  // As in Tornado, an empty address is every interface.
  return { ...options, port: checked, ...(address === undefined || address === "" ? {} : { address }) };
}

/** Checks the arguments of `listenUnix`. */
export function checkUnix(path: unknown, options: UnixOptions): void {
  if (typeof path !== "string" || path === "") throw wrong(`listenUnix: the path must be text, not ${shown(path)}`);
  checkOptions("listenUnix", options, UNIX_OPTIONS);
}

/** Checks the argument of `addSocket`. */
export function checkDescriptor(fd: unknown): void {
  if (!Number.isSafeInteger(fd) || (fd as number) < 0)
    throw wrong(`addSocket: a file descriptor is a whole number from 0, not ${shown(fd)}`);
}
