/** The half of a job that knows the time: its deadlines on the client's clock, and which phase it is in. */
import type { Dispatcher, Job } from "./dispatcher.ts";
import type { FetchPhase } from "./errors.ts";
import { JobDeadlines } from "./job-deadlines.ts";
import { JobTimes } from "./job-times.ts";
import type { Settings } from "./settings.ts";

export abstract class TimedJob implements Job {
  poolKey = "";
  due = 0;
  protected readonly settings: Settings;
  protected readonly deadlines: JobDeadlines = new JobDeadlines();
  protected readonly times: JobTimes = new JobTimes();
  readonly #dispatcher: Dispatcher;

  constructor(settings: Settings, dispatcher: Dispatcher) {
    this.settings = settings;
    this.#dispatcher = dispatcher;
  }

  abstract admitted(): void;
  abstract timeOut(): void;
  abstract abort(error: unknown): void;

  protected enter(phase: FetchPhase, seconds: number): void {
    this.deadlines.enter(phase, seconds);
    this.arm();
  }
  protected arm(): void {
    this.due = this.deadlines.due;
    if (this.times.admitted !== 0) this.#dispatcher.arm(this.due);
  }

  /** Bytes were sent or received. */
  progress(): void {
    const { phase } = this.deadlines;
    if (phase !== "idle" && phase !== "send") return;
    const { bodyIdleTimeout } = this.settings;
    if (bodyIdleTimeout > 0) this.enter(phase, bodyIdleTimeout);
  }
  /** The request is out. */
  requestSent(): void {
    this.deadlines.waitForContinue(0);
    if (this.deadlines.phase === "send") this.enter("head", this.settings.headTimeout);
  }
}
