/** Files of the folder `argv[3]` by sirv on node:http. It lists them when it starts, and notices no change afterwards. */
import { createServer } from "node:http";
import sirv from "sirv";
import { host, port } from "./process.mjs";

const server = createServer(sirv(process.argv[3], { etag: true }));
server.keepAliveTimeout = 600_000;
server.listen(port, host);
