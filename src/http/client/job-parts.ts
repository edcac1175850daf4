/** What a job is given: the parts of its client, and who waits for it. */
import type { Reach } from "./connect.ts";
import { CallbackSink, GatheringSink } from "./content-sink.ts";
import type { ContentSink } from "./content-sink.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ClientLimits, CookieJarLike } from "./options.ts";
import type { HTTPResponse, ResponseFacts } from "./response.ts";
import type { Settings } from "./settings.ts";

/** What the jobs of one client share. */
export interface ClientParts {
  readonly limits: ClientLimits;
  readonly dispatcher: Dispatcher;
  readonly reach: Reach;
  readonly cookieJar: CookieJarLike | undefined;
}

export interface JobEvents {
  /** Called once, last. `error`: why there is no response. */
  settled(response: HTTPResponse, error: Error | undefined): void;
  /** Where the content of the final response goes, in place of what the settings say. */
  sink?(facts: ResponseFacts): ContentSink;
}

/** Where the content of a response goes. */
export function sinkOf(
  events: JobEvents,
  facts: () => ResponseFacts,
  settings: Settings,
  limits: ClientLimits,
): ContentSink {
  if (events.sink !== undefined) return events.sink(facts());
  const { streamingCallback, borrow } = settings;
  if (streamingCallback !== undefined) return new CallbackSink(streamingCallback, borrow === true);
  return new GatheringSink(limits.maxBufferSize);
}
