/** What a request target looks like to programs, whatever bytes it was sent with. */
import { percentEncoded } from "../../escape/percent.ts";

const ABOVE_ASCII = /[\x80-\xff]/g;
/** Visible ASCII that RFC 3986 §2 has no place for. */
const NO_URI = /["<>\\^`{|}]/;

/**
 * RFC 3987 §3.1 maps an IRI to a URI by percent-encoding its bytes in UTF-8. Done at once, so that whatever is compared with a target,
 * decodes it, logs it or builds a URL of it sees ASCII, and the same for both ways to send it.
 * @param text One character a byte.
 */
export const asciiTarget = (text: string): string => text.replace(ABOVE_ASCII, percentEncoded);

/** Whether text in ASCII holds only what RFC 3986 allows in a URI. `[` and `]` are not looked at any further. */
export const isStrictTarget = (text: string): boolean => !NO_URI.test(text);
