import type { MachineSpec } from "../../../local/driver";
import type { NspawnDriver } from "../../../local/machines/nspawnDriver";
import { preflight } from "../../../local/machines/preflight";
import { removeEverything } from "../../../local/machines/removal";
import { machine, onMachine, openDriver, type Outcome } from "../../../bench/driverCloud";

/** The private network that the machines of these tests are in. */
export const NETWORK = { id: 7, range: "10.0.0.0/16", gateway: "10.0.0.1", routes: [] };

/** A machine's place in it: machine 1 is 10.0.0.11. */
export const attachment = (id: number) => ({
  networkId: NETWORK.id,
  address: `10.0.0.1${id}`,
  aliasIps: [] as string[],
  mac: `86:00:00:00:00:0${id}`,
});

/** A local cloud without an API, and two machines in it: the first has a public IPv4, the second only IPv6. */
export interface Lab {
  driver: NspawnDriver;
  first: MachineSpec;
  second: MachineSpec;
}

/** Makes them anew and starts them; what an earlier run left is removed first. */
export async function openLab(cloud: string): Promise<Lab> {
  expect(await preflight()).toEqual([]);
  await removeEverything(cloud);
  const driver = await openDriver(cloud);
  const first = machine(driver, 1, {
    publicIpv4: { address: driver.addresses.primaryIpv4.first },
    privateNetworks: [attachment(1)],
  });
  const second = machine(driver, 2, { privateNetworks: [attachment(2)] });
  await startAll({ driver, first, second });
  return { driver, first, second };
}

/** Brings network and machines to what they have to be; what is so already is left alone. */
export async function startAll({ driver, first, second }: Lab): Promise<void> {
  await driver.ensureNetwork(NETWORK);
  for (const spec of [first, second]) {
    await driver.ensureMachine(spec);
    await driver.start(spec.id);
  }
}

/** A failed one shows what the command said. */
export function expectSuccess(outcome: Outcome): void {
  expect(outcome).toMatchObject({ code: 0 });
}

/** A web server in a machine that answers with the machine's name on each of these ports. */
export async function serve(driver: NspawnDriver, id: number, ...ports: number[]): Promise<void> {
  for (const port of ports) {
    const server = `systemd-run --quiet --unit=web-${port} --working-directory=/srv python3 -m http.server ${port} --bind ::`;
    const ready = `timeout 10 sh -c 'until curl -fsS http://localhost:${port}/ >/dev/null; do :; done'`;
    const outcome = await onMachine(driver, id, `hostname >/srv/index.html && ${server} && ${ready} 2>/dev/null`);
    expect(outcome).toEqual({ code: 0, output: "" });
  }
}
