/** Fields that speak of the connection a message came on, or of how its end was found (RFC 9110 §7.6.1, RFC 9112 §6): they are not passed on. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export const belongsToConnection = (name: string): boolean => OF_THE_CONNECTION.has(name.toLowerCase());
