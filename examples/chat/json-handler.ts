/** A handler that answers with JSON, its errors too, and takes it in posts. It must not know the chat. */
import { HTTPError, RequestHandler } from "landspout";
import { reasonPhrase } from "landspout/httputil";
import type { SendErrorOptions } from "landspout/web";
import { readFields, refuse } from "./input.ts";
import type { Fields } from "./input.ts";

/** A sentence for people, where there is one. */
export function errorBody(status: number, { error }: SendErrorOptions): { error: string } {
  const reason = error instanceof HTTPError ? error.reason : undefined;
  return { error: reason ?? reasonPhrase(status) };
}

export class JSONHandler extends RequestHandler {
  override setDefaultHeaders(): void {
    this.setHeader("Cache-Control", "no-store");
    this.setHeader("X-Content-Type-Options", "nosniff");
  }
  override writeError(status: number, options: SendErrorOptions = {}): void {
    void this.finish(errorBody(status, options));
  }

  protected fields(): Fields {
    // Other sites may have a visitor's browser send text, but not JSON, without asking us first.
    if (!/^application\/json\b/i.test(this.request.headers.get("Content-Type") ?? ""))
      refuse("Send application/json", 415);
    return readFields(this.request.body.toString());
  }
}
