/** All cases by topic; the name of a topic is the name of its file. */
import type { ByteTable, Case } from "../_case.ts";
import { chunk, chunkBytes } from "./chunk.ts";
import { connectionFields } from "./connection.ts";
import { fieldLimits, fieldLine, fieldLineBytes } from "./field-line.ts";
import { contentLength, transferEncoding } from "./framing.ts";
import { host } from "./host.ts";
import { knownNames } from "./known-names.ts";
import { requestLine, requestLineBytes } from "./request-line.ts";
import { response, responseBytes } from "./response.ts";
import { smuggling } from "./smuggling.ts";
import { target } from "./target.ts";
import { trailers } from "./trailers.ts";

export interface Topic {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly byteTables?: readonly ByteTable[];
}

export const topics: readonly Topic[] = [
  { name: "request-line", cases: requestLine, byteTables: requestLineBytes },
  { name: "target", cases: target },
  { name: "field-line", cases: [...fieldLine, ...fieldLimits], byteTables: fieldLineBytes },
  { name: "known-names", cases: knownNames },
  { name: "framing", cases: [...contentLength, ...transferEncoding] },
  { name: "host", cases: host },
  { name: "connection", cases: connectionFields },
  { name: "response", cases: response, byteTables: responseBytes },
  { name: "chunk", cases: chunk, byteTables: chunkBytes },
  { name: "trailers", cases: trailers },
  { name: "smuggling", cases: smuggling },
];
