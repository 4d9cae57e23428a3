import type { Progress, Step } from "../progress";

/** Shows the progress of work: in place on a terminal, line by line in a log. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? terminalProgress(stream) : logProgress((line) => stream.write(`${line}\n`));
}

/** Seconds between two lines about the same work in a log. */
const LOG_INTERVAL = 10;

/** One line when work starts, one at least every ten seconds, one when it ends. */
export function logProgress(write: (line: string) => void, now: () => number = Date.now): Progress {
  return {
    note: write,
    async step(step, work) {
      const started = now();
      const elapsed = () => (now() - started) / 1000;
      write(`${step.title}${reason(step)}`);
      let detail = "";
      const timer = setInterval(() => write(waiting(step, elapsed(), detail)), LOG_INTERVAL * 1000);
      try {
        const result = await work((text) => (detail = text));
        // Short work gets no second line.
        if (elapsed() >= 1) write(`${step.title}: done after ${seconds(elapsed())}`);
        return result;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** One line that is rewritten four times a second, and stays with its time when the work is done. */
function terminalProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const CLEAR = "\r\u001b[2K";
  return {
    note: (line) => stream.write(`${CLEAR}${line}\n`),
    async step(step, work) {
      const started = now();
      const elapsed = () => (now() - started) / 1000;
      let detail = "";
      const show = () => {
        const line = `${waiting(step, elapsed(), detail)}${reason(step)}`;
        stream.write(CLEAR + line.slice(0, Math.max(20, (stream.columns || 80) - 1)));
      };
      const timer = setInterval(show, 250);
      show();
      try {
        const result = await work((text) => (detail = text));
        stream.write(`${CLEAR}${step.title} (${seconds(elapsed())})\n`);
        return result;
      } catch (error) {
        stream.write(`${CLEAR}${step.title}: failed after ${seconds(elapsed())}\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function reason(step: Step): string {
  return step.why ? ` (${step.why})` : "";
}

/** e.g. `Waiting for the first answer: 12 s of at most 60 s, connection refused` */
export function waiting(step: Step, elapsed: number, detail: string): string {
  const limit = step.limit === undefined ? "" : ` of at most ${seconds(step.limit)}`;
  return `${step.title}: ${seconds(elapsed)}${limit}${detail ? `, ${detail}` : ""}`;
}

/** e.g. `0.4 s`, `12 s`, `3 min 5 s` */
export function seconds(value: number): string {
  if (value < 10) return `${Math.round(value * 10) / 10} s`;
  const whole = Math.round(value);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
