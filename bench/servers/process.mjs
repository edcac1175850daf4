/**
 * What every benchmarked server does besides serving: reads its port, collects garbage when the harness asks
 * (SIGUSR2, only where the runtime allows it), and exits in order on SIGTERM so that a CPU profile is written.
 */
export const port = Number(process.argv[2]);
export const host = "127.0.0.1";

process.on("SIGTERM", () => process.exit(0));
process.on("SIGUSR2", () => {
  if (typeof Bun !== "undefined") Bun.gc(true);
  // V8 keeps pages that its collections emptied, as many as the busiest moment needed, and counts them as no heap; only a collection of
  // last resort returns them to the system. Who measures what clients cost, or looks for a leak, must not find them.
  else globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
});
