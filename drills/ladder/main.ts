import { createInterface } from "node:readline";
import { write } from "./writer";

/**
 * The writer as a program of its own, because it runs on the visitors' side. Each line of its input is a JSON list of
 * addresses from then on; each line of its output is an attempt. It ends with its input.
 */
function main(): Promise<void> {
  let addresses: readonly string[] = [];
  const ended = new AbortController();
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    addresses = JSON.parse(line) as string[];
  });
  input.on("close", () => {
    ended.abort();
  });
  return write(
    () => addresses,
    (attempt) => process.stdout.write(`${JSON.stringify(attempt)}\n`),
    ended.signal,
  );
}

void main();
