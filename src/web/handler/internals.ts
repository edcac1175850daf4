/**
 * What the rest of this package does with a handler beyond its public methods. `HandlerOutput` keeps all of it in private fields and
 * gives the functions to reach them here, so that a program's own handler may have a method or a field of any name: one called `cut` or
 * `target` neither replaces anything nor is replaced.
 */
import type { HandlerOutput } from "./output.ts";
import type { NewCookies } from "./new-cookies.ts";
import type { Target } from "./target.ts";

export interface HandlerInternals {
  /** Whether a call comes after the answer has ended: then it is logged, and has no effect. */
  isLate(handler: HandlerOutput, call: string): boolean;
  /** The reason phrase that goes with the status. */
  reasonOf(handler: HandlerOutput): string;
  /** `clear` without the hook. */
  reset(handler: HandlerOutput): void;
  /** Ends an answer that can no longer become whole: the client must not take what it has for all of it. */
  cut(handler: HandlerOutput): void;
  /** Ends a request whose error page has failed, or (`silently`) whose client has left; calls no code of the program's for it. */
  giveUp(handler: HandlerOutput, silently?: boolean): void;
  /** The callback is called when the answer is complete, in place of `requestFinished`, which it has to call; must not throw. */
  onResponded(handler: HandlerOutput, callback: () => void): void;
  /** The route the handler was made for. */
  targetOf(handler: HandlerOutput): Target | undefined;
  setTarget(handler: HandlerOutput, target: Target): void;
  /** Cookies to be sent with the head. */
  cookiesOf(handler: HandlerOutput): NewCookies;
}

/** Filled when handler-output.ts is loaded, without which there is no handler. */
export const internals: HandlerInternals = {} as HandlerInternals;

/** Called by the class that has the fields. */
export const provideInternals = (given: HandlerInternals): void => void Object.assign(internals, given);
