import { removeEverything } from "../local/machines/removal";
import { bootedState, machine, openDriver } from "./driverCloud";
import { measurement, type Result, timed } from "../drills/frame/benchResult";

const NAME = "bench-boot";

/** A new machine from its making to `running`: cloud-init done, every unit started, none failed. */
export async function machineBoot(runs: number): Promise<Result> {
  await removeEverything(NAME);
  const driver = await openDriver(NAME);
  const boots: number[] = [];
  try {
    for (let id = 1; id <= runs; id++) {
      boots.push(
        await timed(async () => {
          await driver.ensureMachine(machine(driver, id));
          await driver.start(id);
          const state = await bootedState(driver, id);
          if (state !== "running") throw new Error(`machine ${id} is "${state}" after its boot`);
        }),
      );
      await driver.removeMachine(id);
    }
  } finally {
    await driver.close();
    await removeEverything(NAME);
  }
  return {
    name: "machine-boot",
    what: "a new machine, from its making to systemd's `running`",
    measurements: { boot: measurement(boots) },
  };
}
