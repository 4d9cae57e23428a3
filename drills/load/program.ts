/** Seconds between two looks whether the drill is still there. */
const look = 1;

/**
 * Runs a load as a program of its own, in the visitors' network: options as JSON in the first argument, the result as JSON
 * on stdout. SIGTERM ends it early, with the result so far; so does the end of the drill that started it, however that ended.
 */
export function runAsProgram<Options>(work: (options: Options, stop: AbortSignal) => Promise<unknown>): void {
  const stop = new AbortController();
  process.once("SIGTERM", () => {
    stop.abort();
  });
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) stop.abort();
  }, look * 1000);
  run(work, stop.signal)
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    })
    .finally(() => {
      clearInterval(orphaned);
    });
}

async function run<Options>(work: (options: Options, stop: AbortSignal) => Promise<unknown>, stop: AbortSignal) {
  const [, , options] = process.argv;
  if (options === undefined) throw new Error("write the options as JSON in the first argument");
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(options) as Options, stop))}\n`);
}
