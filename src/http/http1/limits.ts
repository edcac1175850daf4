/** The limits of an HTTP/1 connection with their defaults: times in seconds, sizes in bytes. Who may set them is not known here. */

export interface ConnectionOptions {
  /** Request line and field section together. Default 65,536; at most 262,144. Over it: 431, or 414 within the request line. */
  maxHeaderSize?: number;
  /** Request target. Default 16,384; at most 262,144. Over it: 414. */
  maxTargetLength?: number;
  /** Field lines of a head, and of a trailer section. Default 128; at most 1,024. Over it: 431. */
  maxFieldCount?: number;
  /** Trailer section of a chunked request. Default 16,384; at most 262,144. Over it: 431. */
  maxTrailerSize?: number;
  /** Chunk extensions of a request, together. Default 4,096; at most 262,123. Over it: 400. */
  maxChunkExtensionSize?: number;
  /** Content of a request. Default 104,857,600 (100 MiB); 0 allows none. Over it: 413. */
  maxBodySize?: number;
  /** Largest piece given to `dataReceived`. Default 65,536. */
  chunkSize?: number;
  /** Wait for the next request on an open connection. Default 3,600; 0: for ever. After it: closed silently. */
  idleConnectionTimeout?: number;
  /** From the first byte of a head to its last. Default 60; 0: for ever. After it: 408. */
  headerTimeout?: number;
  /** From a head to the end of its content. Default 0: no such limit, as in Tornado. After it: 408. */
  bodyTimeout?: number;
  /** Between two pieces of content. Default 60; 0: for ever. After it: 408. */
  bodyIdleTimeout?: number;
  /** The client reads nothing of what waits for it. Default 60; 0: for ever. After it: connection destroyed. */
  writeTimeout?: number;
  /**
   * While a request is answered: seconds in which more than 65,536 bytes of what the client sent behind it wait, and nothing is sent.
   * So long a client that has left may go unnoticed. Default 60; 0: for ever. After it: connection destroyed, `onConnectionClose` called.
   */
  unreadTimeout?: number;
  /** After the last response: seconds in which the client sends nothing and does not close. Default 5. After it: connection destroyed. */
  lingerTimeout?: number;
  /** After the last response: seconds in which what the client sends is read and dropped. Default 30. After it: connection destroyed. */
  lingerTime?: number;
  /** After the last response: bytes read and dropped. Default 1,073,741,824 (1 GiB). Over it: connection destroyed. */
  lingerSize?: number;
}

export type ConnectionLimits = Required<ConnectionOptions>;

const DEFAULTS: ConnectionLimits = {
  maxHeaderSize: 65_536,
  maxTargetLength: 16_384,
  maxFieldCount: 128,
  maxTrailerSize: 16_384,
  maxChunkExtensionSize: 4096,
  maxBodySize: 104_857_600,
  chunkSize: 65_536,
  idleConnectionTimeout: 3600,
  headerTimeout: 60,
  bodyTimeout: 0,
  bodyIdleTimeout: 60,
  writeTimeout: 60,
  unreadTimeout: 60,
  lingerTimeout: 5,
  lingerTime: 30,
  lingerSize: 1_073_741_824,
};

/** The limits among some options, with the defaults where none is given. */
export function limitsOf(options: ConnectionOptions): ConnectionLimits {
  const limits: Partial<Record<keyof ConnectionLimits, number>> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof ConnectionLimits)[])
    limits[name] = options[name] ?? DEFAULTS[name];
  return limits as ConnectionLimits;
}
