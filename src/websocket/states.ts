/** How far a WebSocket has come, and why it reads nothing. */

// States, in their order.
export const OPEN = 0;
/** Our close frame is out; the peer's is awaited, and messages count no more. */
export const CLOSING = 1;
/** Nothing is read any more; the connection is about to end. */
export const ENDING = 2;
export const CLOSED = 3;

// Reasons to read nothing; several at a time.
/** A promise of `onMessage` is pending, or a message is being inflated. */
export const HANDLER = 1;
/** The peer has closed; answers that are still being compressed leave first. */
export const FLUSHING = 2;
/** More is waiting to be sent than may wait. */
export const FULL = 4;
/** The handler has not opened it yet: nothing is sent before what `open` sends. */
export const OPENING = 8;
