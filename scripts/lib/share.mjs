/**
 * Runs jobs side by side as the processors allow. Test files that mostly wait leave the processors idle, others use them whole, and
 * which is which depends on the machine. So there are always as many jobs as `least`, and one more is started, up to `most`, whenever
 * the processors were idle enough for a while: no list of slow files is kept, and on a busy machine fewer run at once.
 */
import { cpus } from "node:os";

/** Seconds between two looks at the processors; a job that was just started shows its hunger within one. */
const PERIOD = 0.5;
/** Processors that must have been idle, on average over a period, for one more job. */
const IDLE = 0.7;

/** Milliseconds the processors spent idle since the machine started. */
const idleTime = () => cpus().reduce((sum, { times }) => sum + times.idle, 0);

/** Calls `run` with each job; resolves when all have ended. `jobs` are taken in their order. */
export function share(jobs, run, { least, most }) {
  let next = 0;
  let running = 0;
  return new Promise((resolve, reject) => {
    let idle = idleTime();
    let at = performance.now();
    const start = () => {
      running++;
      run(jobs[next++]).then(ended, reject);
    };
    const look = () => {
      const [before, began] = [idle, at];
      idle = idleTime();
      at = performance.now();
      if (running < most && next < jobs.length && idle - before >= IDLE * (at - began)) start();
    };
    const timer = setInterval(look, PERIOD * 1000);
    const fill = () => {
      while (running < least && next < jobs.length) start();
      if (running > 0) return;
      clearInterval(timer);
      resolve();
    };
    const ended = () => {
      running--;
      fill();
    };
    fill();
  });
}
