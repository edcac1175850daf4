/** The times of one `fetch`, for `HTTPResponse.timeInfo`. Seconds on the clock of `now()`. */
import { now } from "./dispatcher.ts";
import type { FetchPhase } from "./errors.ts";
import type { TimeInfo } from "./response.ts";

export class JobTimes {
  readonly started: number = now();
  /** When it got its slot; 0 before. */
  admitted = 0;
  #hopStarted = 0;
  #phaseStarted = 0;
  #namelookup = 0;
  #connect = 0;
  #appconnect = 0;
  #answered = 0;

  hop(): void {
    this.#hopStarted = now();
  }
  connecting(): void {
    this.#phaseStarted = now();
  }
  /** A phase of connecting has ended. */
  reached(phase: FetchPhase): void {
    const time = now();
    const took = time - this.#phaseStarted;
    this.#phaseStarted = time;
    if (phase === "dns") this.#namelookup += took;
    else if (phase === "tls") this.#appconnect += took;
    else this.#connect += took;
  }
  answered(): void {
    this.#answered = now();
  }

  info(redirects: number): TimeInfo {
    const time = now();
    const admitted = this.admitted === 0 ? time : this.admitted;
    return {
      queue: admitted - this.started,
      namelookup: this.#namelookup,
      connect: this.#connect,
      appconnect: this.#appconnect,
      starttransfer: this.#answered === 0 ? 0 : this.#answered - this.started,
      redirect: redirects === 0 ? 0 : this.#hopStarted - admitted,
      total: time - this.started,
    };
  }
}
