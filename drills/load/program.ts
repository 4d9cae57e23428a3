/** Seconds between two looks whether the drill is still there. */
const look = 1;

/**
 * Runs a load as a program of its own, in the visitors' network: options as JSON in the first argument, the result as JSON
 * on stdout. SIGTERM ends it early, with the result so far; so does the end of the process that started it. A starter that
 * may end before this program runs gives its process id in the second argument.
 */
export function runAsProgram<Options>(work: (options: Options, stop: AbortSignal) => Promise<unknown>): void {
  const stop = new AbortController();
  process.once("SIGTERM", () => {
    stop.abort();
  });
  const owner = Number(process.argv[3] ?? process.ppid);
  const endWithOwner = () => {
    if (process.ppid !== owner) stop.abort();
  };
  endWithOwner();
  const orphaned = setInterval(endWithOwner, look * 1000);
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
