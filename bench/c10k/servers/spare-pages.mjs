/**
 * SIGHUP: everything collected, and what is free given back. V8 keeps pages that its collections emptied, as many as the busiest moment
 * needed, and counts them as no heap; only a collection of last resort returns them to the system. Who measures what clients cost, or
 * looks for a leak, must not find them.
 */
process.on("SIGHUP", () => {
  if (typeof Bun !== "undefined") Bun.gc(true);
  else globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
});
