import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { userData } from "../../../components/userData";
import { enterCommand } from "../../../local/machines/enter";
import { createNspawnDriver, type NspawnDriver } from "../../../local/machines/nspawnDriver";
import type { MachineSpec } from "../../../local/driver";
import { adminUser } from "../../../roles/adminUser";

const execute = promisify(execFile);

const networkId = 1;
/** Reached directly, and the way to the other one. */
export const front = { id: 1, name: "front" } as const;
/** Has the private network only. */
export const back = { id: 2, name: "back", address: "10.0.1.12" } as const;

/** Two real machines with the admin user of the stack, and a key that belongs to it. */
export class Lab {
  private constructor(
    readonly driver: NspawnDriver,
    readonly folder: string,
    readonly address: string,
  ) {}

  /** @param machines which of the two there are. @default both */
  static async open(cloud: string, { machines }: { machines?: "front" } = {}): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-configuration-"));
    for (const key of ["admin", "other"]) {
      await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", join(folder, key)]);
    }
    const driver = await createNspawnDriver({ name: cloud, log: () => undefined, metadata: () => notFound });
    const lab = new Lab(driver, folder, driver.addresses.primaryIpv4.first);
    await driver.ensureNetwork({ id: networkId, range: "10.0.0.0/16", gateway: "10.0.0.1", routes: [] });
    const others = machines === "front" ? [] : [lab.machine(back.id, back.name, back.address)];
    for (const machine of [lab.frontMachine(), ...others]) {
      await driver.ensureMachine(machine);
      await driver.start(machine.id);
    }
    return lab;
  }

  get keyFile(): string {
    return join(this.folder, "admin");
  }

  get connection() {
    return { host: this.address, user: adminUser };
  }

  async close(): Promise<void> {
    await this.driver.removeEverything();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command inside a machine, without SSH: what a test looks at does not go through what it tests. */
  async inside(id: number, script: string): Promise<string> {
    const { initPid } = await this.driver.inspect(id);
    if (initPid === undefined) throw new Error(`machine ${String(id)} is off`);
    const [program = "", ...args] = [...enterCommand(initPid), "sh", "-c", script];
    const { stdout } = await execute(program, args, { maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  }

  /** Pulls the plug and boots again. */
  async powerCut(id: number): Promise<void> {
    await this.driver.stop(id, "power");
    await this.driver.start(id);
    await this.until(id, "systemctl is-system-running --wait >/dev/null; true");
  }

  async until(id: number, script: string, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      try {
        await this.inside(id, script);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(100);
      }
    }
  }

  private frontMachine(): MachineSpec {
    const machine = this.machine(front.id, front.name, "10.0.1.11");
    return { ...machine, publicIpv4: { address: this.address } };
  }

  private machine(id: number, name: string, address: string): MachineSpec {
    const [type = "", body = "", comment = ""] = readFileSync(`${this.keyFile}.pub`, "utf8").trim().split(" ");
    return {
      id,
      name,
      image: "debian-13",
      cores: 1,
      memory: 1,
      userData: userData([{ type, body, comment }]),
      sshKeys: [],
      location: "nbg1",
      privateNetworks: [{ networkId, address, aliasIps: [], mac: `86:00:00:00:00:0${String(id)}` }],
      firewall: null,
    };
  }
}

const notFound = { status: 404, contentType: "text/plain", body: "not found\n" };
