/** `landspout/websocket`: WebSockets (RFC 6455). */
export type { CompressionOptions } from "../websocket/extensions.ts";
export type { Message, MessageOptions } from "../websocket/message.ts";
export type { WebSocketOptions } from "../websocket/options.ts";
export { WebSocketClosedError, WebSocketError, WebSocketHandshakeError } from "../websocket/errors.ts";
export type { WebSocketTrace } from "../websocket/trace.ts";
export type { PreparedFrame } from "../websocket/prepared-frame.ts";
export { prepareMessage } from "../websocket/prepared-frame.ts";
export { WebSocketClient, websocketConnect } from "../websocket/client.ts";
export type { WebSocketConnectOptions } from "../websocket/client.ts";
export { WebSocketHandler } from "./live/websocket-handler.ts";
