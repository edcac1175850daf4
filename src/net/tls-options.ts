/** Which TLS options there are, and what each may be: a misspelt `requestCert` would let every client in. */
import { checkOptions, flag, listOf, oneOf, seconds, text } from "../options-check.ts";
import type { OptionRule, OptionTable } from "../options-check.ts";
import type { TlsClientOptions, TlsServerOptions } from "./transport.ts";

const isPem = (value: unknown): boolean =>
  (typeof value === "string" && value !== "") || (value instanceof Uint8Array && value.length > 0);

const pem: OptionRule = (value) => (isPem(value) ? undefined : "text or bytes of a PEM file");
const pems: OptionRule = (value) =>
  isPem(value) || (Array.isArray(value) && value.length > 0 && value.every(isPem))
    ? undefined
    : "text or bytes of a PEM file, or a list of such";
const protocols: OptionRule = listOf(
  (name) => (typeof name === "string" && name.length > 0 && name.length < 256 ? undefined : "a name"),
  "protocol names of 1 to 255 letters",
);

const PAIR: OptionTable<{ key: unknown; cert: unknown }> = { key: pem, cert: pem };

const serverNames: OptionRule = (value, owner) => {
  if (typeof value !== "object" || value === null) return "an object: { name: { key, cert } }";
  for (const [name, pair] of Object.entries(value)) checkOptions(`${owner} ${name}`, pair as object, PAIR);
  return undefined;
};

export const TLS_SERVER_OPTIONS: OptionTable<TlsServerOptions> = {
  key: pems,
  cert: pems,
  ca: pems,
  passphrase: text,
  ciphers: text,
  minVersion: oneOf("TLSv1.2", "TLSv1.3"),
  requestCert: flag,
  rejectUnauthorized: flag,
  serverNames,
  ALPNProtocols: protocols,
  handshakeTimeout: seconds(),
};

export const TLS_CLIENT_OPTIONS: OptionTable<TlsClientOptions> = {
  ca: pems,
  key: pem,
  cert: pem,
  passphrase: text,
  rejectUnauthorized: flag,
  serverHostname: text,
  ALPNProtocols: protocols,
  handshakeTimeout: seconds(),
};
