/** The time a TLS handshake may take, and whose certificate it must show. Knows nothing of how handshakes are made. */
import { UsageError } from "../errors.ts";
import { TimeoutError } from "../async/timeout-error.ts";
import type { TlsClientOptions } from "./transport.ts";

/** Seconds a handshake may take where nothing else is said: a peer that stays silent holds a connection no longer. */
export const HANDSHAKE_TIMEOUT: number = 30;

/** Settles with a handshake, or rejects with a TimeoutError after `seconds`; 0 waits for ever. */
export function limitHandshake(pending: Promise<void>, seconds: number = HANDSHAKE_TIMEOUT): Promise<void> {
  if (seconds === 0) return pending;
  return new Promise((resolve, reject) => {
    const over = (): void => reject(new TimeoutError(`TLS handshake not complete after ${seconds} s`));
    const timer = setTimeout(over, Math.min(seconds * 1000, 0x7fffffff));
    pending.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Options that say whose certificate is expected. @throws UsageError where any trusted one would do. */
export function verifiable(options: TlsClientOptions, host: string | undefined): TlsClientOptions {
  const serverHostname = options.serverHostname ?? host;
  if (serverHostname !== undefined) return { ...options, serverHostname };
  if (options.rejectUnauthorized === false) return options;
  throw new UsageError("ERR_LANDSPOUT_OPTION", "serverHostname is needed: whose certificate is expected?");
}
