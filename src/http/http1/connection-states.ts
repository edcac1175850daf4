/** The states of a server's HTTP/1 connection, and what its next bytes may have to wait for. The table is in http1connection.ts. */

/** The next request head is awaited, or has come in part. */
export const HEAD = 0;
/** The content of a request is being received. */
export const BODY = 1;
/** The request is complete, its response is not. */
export const ANSWERING = 2;
/** The last response is out; what comes is dropped until the client closes. */
export const LINGERING = 3;
/** The stream is another protocol's. */
export const DETACHED = 4;

// What the next bytes wait for, as bits.
/** The response to the request before them. */
export const RESPONSE = 1;
/** A promise of the message delegate. */
export const DELEGATE = 2;
/** The client, which reads its responses too slowly. */
export const DRAIN = 4;
/** Other connections, which have their turn. */
export const TURN = 8;
