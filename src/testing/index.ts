/** `landspout/testing`: requests without a port, servers for the length of a test, expected log records. For any test runner. */
export { expectLog } from "./expect-log.ts";
export type { ExpectLogOptions } from "./expect-log.ts";
export { inject } from "./inject.ts";
export type { InjectedAnswer, InjectRequest } from "./inject.ts";
export { bindUnusedPort, startServer, withServer } from "./with-server.ts";
export type { BoundPort, TestServer } from "./with-server.ts";
