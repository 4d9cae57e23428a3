import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MachineSpec } from "../../../local/driver";
import { Records } from "../../../local/machines/records";

describe("what the driver remembers", () => {
  let folder: string;
  const before = process.env.HOLDFAST_STATE;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-records-"));
    process.env.HOLDFAST_STATE = folder;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.HOLDFAST_STATE;
    else process.env.HOLDFAST_STATE = before;
    rmSync(folder, { recursive: true });
  });

  test("is nothing at first", () => {
    const records = new Records("local");
    expect([records.machines(), records.networks(), records.floatingIps(), records.volumesOf(1)]).toEqual([
      [],
      [],
      {},
      [],
    ]);
    expect(records.machine(1)).toBeUndefined();
  });

  test("is found by the next process, machines in the order of their ids", () => {
    const records = new Records("local");
    for (const id of [10, 9]) records.saveMachine({ id, name: `app-${id}` } as MachineSpec);
    records.saveVolumeHolder(70, 9);
    expect(new Records("local").machines().map((machine) => machine.id)).toEqual([9, 10]);
    expect(new Records("local").volumesOf(9)).toEqual([70]);
    expect(new Records("other").machines()).toEqual([]);
  });

  test("has one holder per floating IP, or none", () => {
    const records = new Records("local");
    records.saveFloatingIp("203.0.113.100", 1);
    records.saveFloatingIp("203.0.113.101", 1);
    records.saveFloatingIp("203.0.113.100", 2);
    expect(records.floatingIps()).toEqual({ "203.0.113.100": 2, "203.0.113.101": 1 });
    records.saveFloatingIp("203.0.113.100", null);
    expect(records.floatingIps()).toEqual({ "203.0.113.101": 1 });
  });
});
