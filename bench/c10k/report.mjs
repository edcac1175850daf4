/** Rows of the tables, for the terminal and for Markdown alike. */
import { figures } from "../lib/numbers.mjs";
import { runtimeTitle } from "../lib/servers.mjs";

export const KINDS = { ws: "WebSockets", sse: "event streams", poll: "long polls" };

export const HEAD = [
  "server",
  "all connected, s",
  "CPU µs/connection",
  "KB/client",
  "first ms",
  "p50 ms",
  "p99 ms",
  "last ms",
  "CPU µs/delivery",
];

/** "landspout (Node 24.1.0)", "ws 8.18.0 (Node 24.1.0)"; for what `ws` does not do it stands for node:http. */
export function title(server, kind, runtimes) {
  const name = server.name === "ws" ? (kind === "ws" ? `ws ${server.version}` : "node:http") : server.label;
  return `${name} (${runtimeTitle(server.group, runtimes)})`;
}

export function rowsOf(results, servers, runtimes, kind = "ws") {
  return servers
    .filter((server) => results[server.name] !== undefined)
    .map((server) => {
      const one = results[server.name];
      return [
        title(server, kind, runtimes),
        (one.connect / 1000).toFixed(2),
        figures(one.connectCpu),
        figures(one.memory / 1000),
        ...["first", "p50", "p99", "last"].map((key) => figures(one[key])),
        figures(one.cpu),
      ];
    });
}

export const MANY_HEAD = ["clients", "server", "in a process", ...HEAD.slice(1)];

/** Several processes: all kinds in one table. */
export function manyRows(results, servers, runtimes) {
  return Object.entries(results).flatMap(([kind, ofKind]) =>
    rowsOf(ofKind, servers, runtimes, kind).map(([name, ...rest], i) => {
      const one = servers.filter((server) => ofKind[server.name] !== undefined).map((server) => ofKind[server.name])[i];
      const [least, most] = [one.least, one.most].map((count) => Math.round(count).toLocaleString("en-US"));
      return [KINDS[kind], name, least === most ? least : `${least} – ${most}`, ...rest];
    }),
  );
}

export const SOAK_HEAD = [
  "server",
  "waves",
  "connections",
  "messages to the steady",
  "lost",
  "cut: slow, silent, floods",
  "MB at rest: before",
  "after the first wave",
  "highest",
  "after the last",
  "spare pages given back: before",
  "after the waves",
  "left open",
];

export function soakRows(results, servers, runtimes) {
  return servers
    .filter((server) => results[server.name] !== undefined)
    .map((server) => {
      const one = results[server.name];
      const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
      return [
        title(server, "ws", runtimes),
        String(one.rest.length),
        one.connections.toLocaleString("en-US"),
        one.delivered.toLocaleString("en-US"),
        String(one.lost),
        `${one.slow}, ${one.silent}, ${one.floods}`,
        megabytes(one.before),
        megabytes(one.rest[0]),
        megabytes(Math.max(...one.rest)),
        megabytes(one.rest.at(-1)),
        megabytes(one.bareBefore),
        megabytes(one.bare),
        String(one.left),
      ];
    });
}
