/** The time limits of one `fetch`: one deadline over all, the limit of the present phase, the wait for `100 Continue`. */
import { now } from "./dispatcher.ts";
import type { FetchPhase } from "./errors.ts";

export class JobDeadlines {
  phase: FetchPhase = "queue";
  /** Seconds of the present phase; 0: no limit. */
  limit = 0;
  #deadline = 0;
  #phaseDue = 0;
  #continueDue = 0;

  /** @param started On `now()`. @param seconds Of all of it; 0: no limit. */
  begin(started: number, seconds: number): void {
    if (seconds > 0) this.#deadline = started + seconds;
  }
  enter(phase: FetchPhase, seconds: number): void {
    this.phase = phase;
    this.limit = seconds;
    this.#phaseDue = seconds > 0 ? now() + seconds : 0;
  }
  /** 0 ends the wait. */
  waitForContinue(seconds: number): void {
    this.#continueDue = seconds > 0 ? now() + seconds : 0;
  }

  /** The next time something is due; 0: never. */
  get due(): number {
    let due = this.#deadline;
    if (this.#phaseDue !== 0 && (due === 0 || this.#phaseDue < due)) due = this.#phaseDue;
    if (this.#continueDue !== 0 && (due === 0 || this.#continueDue < due)) due = this.#continueDue;
    return due;
  }
  get continueIsDue(): boolean {
    return this.#continueDue !== 0 && now() >= this.#continueDue;
  }
  get deadlineIsDue(): boolean {
    return this.#deadline !== 0 && now() >= this.#deadline;
  }
}
