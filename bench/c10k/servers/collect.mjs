/**
 * Garbage collections on demand. SIGWINCH: an ordinary one. SIGHUP: everything, and what is free is given back: V8 keeps pages that its
 * collections emptied, as many as the busiest moment needed, and counts them as no heap; only a collection of last resort returns them
 * to the system. Who measures what clients cost, or looks for a leak, must not find them.
 */
process.on("SIGWINCH", () => {
  if (typeof Bun !== "undefined") Bun.gc(true);
  else globalThis.gc?.();
});
process.on("SIGHUP", () => {
  if (typeof Bun !== "undefined") Bun.gc(true);
  else globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
});
