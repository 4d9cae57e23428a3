import { report } from "../lib/errors";
import { writeMeasuredPage } from "../drills/measuredPage";
import { machineBoot } from "./machineBoot";
import { makeLocal } from "./makeLocal";
import { manyMachines } from "./manyMachines";
import { preview } from "./preview";
import { publish, type Result } from "../drills/frame/benchResult";
import { status } from "./status";
import { throughput } from "./throughput";

/** Benchmarks and how often each runs. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Result>>> = {
  "machine-boot": () => machineBoot(5),
  preview: () => preview(7),
  "many-machines": () => manyMachines(3),
  "make-local": () => makeLocal({ runs: 3, cold: false }),
  throughput: () => throughput(7),
  status: () => status(20),
  "make-local-cold": () => makeLocal({ runs: 1, cold: true }),
};

/** `make bench`: all of them, or `make bench ONLY=preview`. */
async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    throw new Error(`there is no benchmark "${unknown.join(", ")}"; there are ${Object.keys(BENCHMARKS).join(", ")}`);
  }
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    publish(await benchmark());
    writeMeasuredPage();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = report(error);
});
