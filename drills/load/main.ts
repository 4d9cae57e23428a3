import { load, type LoadOptions } from "./load";

/**
 * The load as a program of its own, so that it can run in the visitor's network: options as JSON in the first argument,
 * the result as JSON on stdout. SIGTERM ends it early, with the result so far.
 */
async function main(): Promise<void> {
  const argument = process.argv[2];
  if (!argument) throw new Error('usage: main.ts \'{"url": "http://…", "rate": 300, "duration": 10}\'');
  const stop = new AbortController();
  process.once("SIGTERM", () => {
    stop.abort();
  });
  const options = JSON.parse(argument) as LoadOptions;
  process.stdout.write(`${JSON.stringify(await load({ ...options, signal: stop.signal }))}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
