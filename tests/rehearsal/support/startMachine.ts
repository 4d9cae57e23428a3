import { readFileSync } from "node:fs";
import type { MachineSpec } from "../../../local/driver";
import { openDriver } from "../../../bench/driverCloud";

/** Makes and starts the machine on standard input, in a process that the test kills meanwhile. */
async function main(cloud: string): Promise<void> {
  const driver = await openDriver(cloud);
  process.stdout.write("begins\n");
  const machine = JSON.parse(readFileSync(0, "utf8")) as MachineSpec;
  await driver.ensureMachine(machine);
  await driver.start(machine.id);
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
