/** `landspout/adapters`: landspout inside other servers, and other frameworks inside landspout. */
export { toFetchHandler } from "../http/memory/fetch-handler.ts";
export type { FetchContext, FetchHandler } from "../http/memory/fetch-handler.ts";
export { FetchContainer } from "./fetch-container.ts";
export { installLightFetch } from "./light-fetch.ts";
export type { ContainedFetch, FetchContainerContext } from "./fetch-container.ts";
export { NodeContainer } from "./node-container.ts";
export type { ContainedListener } from "./node-container.ts";
export { toMiddleware, toNodeListener } from "./node-listener.ts";
export type { ConnectMiddleware, NodeListener, Routed } from "./node-listener.ts";
