/** What a handler needs of its application. `Application` is the one there is; a test may have another. */
import type { HTTPServerRequest } from "../../http/request.ts";
import type { OutputTransformFactory } from "../answer/output-transform.ts";
import type { ReverseArguments } from "../paths/parameters.ts";
import type { OwnSettings } from "./app-types.ts";
import type { ClassTypes, RequestHandler } from "./class-types.ts";
import type { HandlerSettings } from "./settings.ts";

export interface HandlerHost {
  readonly settings: HandlerSettings & OwnSettings;
  /** Whether whole responses get an entity tag. */
  readonly etags: boolean;
  /** What every response goes through before it is sent. */
  readonly transforms: readonly OutputTransformFactory[];
  /** The URL of a file below the setting `staticPath`. */
  staticUrl(path: string, includeVersion?: boolean): string;
  /** The path of the route with that name. */
  reverseUrl(name: string, ...args: ReverseArguments<string>): string;
  /** Called when the response of a handler is complete. Does not throw. */
  requestFinished(handler: RequestHandler): void;
  /** Logs what a handler threw. */
  logException(handler: RequestHandler, error: unknown): void;
}

/** `Application` by its type alone; see class-types.ts. */
export type Application = ClassTypes extends { application: infer Class } ? Class : HandlerHost;
/** Those of the application, its own among them. */
export type Settings = ClassTypes extends { application: { settings: infer Known } } ? Known : HandlerHost["settings"];

export type HandlerClass = new (application: Application, request: HTTPServerRequest) => RequestHandler;
