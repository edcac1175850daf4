/** Files of the folder `argv[3]` by StaticFileHandler. */
import { host, port } from "./process.mjs";

const { Application, StaticFileHandler } = await import(process.env.BENCH_LANDSPOUT_WEB ?? "../../build/web/index.js");

const app = new Application([["/*", StaticFileHandler, { path: process.argv[3] }]], { accessLog: false });
await app.listen(port, host).listening;
