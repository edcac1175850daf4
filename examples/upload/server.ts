/**
 * Uploads of any size in little memory: a page that sends files with a progress bar, and a server that writes them to the disk as they
 * come. `node --import tsx examples/upload/server.ts --port 8888 --address 127.0.0.1 --max-size 4G --room 16G --folder /var/tmp`.
 * Files live in a folder below `--folder` that is deleted when the server stops. `upload.ts` sends files from the command line.
 */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { Application } from "landspout";
import { fail, failToServe, readArguments, readFolder, readPort } from "../arguments.ts";
import { FileHandler, PageHandler, sizeText, StreamingFilesHandler } from "./handlers.ts";
import { Store } from "./store.ts";

/** "4G" in bytes. */
function readSize(option: string, text: string): number {
  const match = /^(\d+)([kMGT]?)$/.exec(text);
  if (match === null) return fail(`--${option} is a number of bytes, or of k, M, G or T of them, not ${text}`);
  return Number(match[1]) * 1000 ** " kMGT".indexOf(match[2] || " ");
}

interface Options {
  readonly port: number;
  readonly address: string;
  readonly folder: string;
  readonly quiet: boolean;
  readonly maxSize: number;
  readonly room: number;
}

function readOptions(): Options {
  const values = readArguments({
    port: { type: "string", default: "8888" },
    address: { type: "string", default: "127.0.0.1" },
    "max-size": { type: "string", default: "4G" },
    room: { type: "string", default: "16G" },
    folder: { type: "string", default: tmpdir() },
    quiet: { type: "boolean", default: false },
  });
  const { address, folder, quiet } = values;
  return {
    port: readPort(values.port),
    address,
    folder: readFolder("folder", folder),
    quiet,
    maxSize: readSize("max-size", values["max-size"]),
    room: readSize("room", values.room),
  };
}

const options = readOptions();
let store: Store;
try {
  store = new Store(options.folder, options.room);
} catch (error) {
  fail((error as Error).message, 1);
}
const { port, address, quiet, maxSize } = options;

const app = new Application(
  [
    ["/files", StreamingFilesHandler, { store, maxSize }],
    ["/files/:id", FileHandler, { path: store.folder, store }],
    ["/*", PageHandler, { path: fileURLToPath(new URL("page", import.meta.url)), defaultFilename: "index.html" }],
  ],
  { accessLog: !quiet },
);
// Uploads set their own limit; nothing else here has content.
const server = app.listen(port, address, { maxBodySize: 0 });
try {
  await server.listening;
} catch (error) {
  store.clear();
  failToServe(address, port, error);
}
const host = address === "127.0.0.1" || address === "0.0.0.0" || address === "::" ? "localhost" : address;
const bun = process.versions["bun"];
console.log(`Uploads are taken at http://${host.includes(":") ? `[${host}]` : host}:${server.port}`);
console.log(`  folder     ${store.folder}, deleted at the end`);
console.log(`  limits     ${sizeText(maxSize)} per file, ${sizeText(store.room)} together`);
console.log(`  runtime    ${bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`}`);

function stop(): void {
  void server.shutdown({ deadline: 3 }).then(() => {
    store.clear();
    process.exit(0);
  });
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
