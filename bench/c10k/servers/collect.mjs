/** SIGWINCH: an ordinary garbage collection, besides that of ../../servers/process.mjs, which also gives back what V8 keeps to spare. */
process.on("SIGWINCH", () => {
  if (typeof Bun !== "undefined") Bun.gc(true);
  else globalThis.gc?.();
});
