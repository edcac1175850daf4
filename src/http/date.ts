/** The `Date` field (RFC 9110 §5.6.7, IMF-fixdate), made once a second and only while somebody answers. */
let text = "";
let timer: NodeJS.Timeout | undefined;

/** `Sun, 06 Nov 1994 08:49:37 GMT` for now; up to a second old. */
export function httpDate(): string {
  if (text !== "") return text;
  const now = Date.now();
  text = new Date(now).toUTCString();
  // Forget it at the turn of the second. The timer is not kept going: an idle process has none.
  timer = setTimeout(forget, 1000 - (now % 1000));
  timer.unref();
  return text;
}

/** Counts up whenever `httpDate` changes: who caches text around the date compares it. */
let generation = 0;
export function httpDateGeneration(): number {
  return generation;
}

function forget(): void {
  text = "";
  generation++;
}
