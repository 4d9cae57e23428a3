import { machinesWith, type Blueprint, type Machine } from "../blueprint/blueprint";
import { appPaths } from "../roles/app/app";
import { configurationOf } from "../roles/configuration";
import { claimerPaths } from "../roles/loadBalancer/claimer";
import { vrrpPaths } from "../roles/loadBalancer/keepalived.conf";
import { haproxyPaths } from "../roles/loadBalancer/loadBalancer";
import type { RoleConfiguration } from "../roles/types";
import { readHaproxy, type HaproxyFacts } from "./rendered/haproxy";
import { readConstant, readKeepalived, type VrrpFacts } from "./rendered/keepalived";
import { readRestart, unitValue, type RestartFacts } from "./rendered/systemd";

/** What the report computes with: the blueprint, and what the files that its machines get say about time. */
export interface Facts {
  readonly blueprint: Blueprint;
  readonly loadBalancers: readonly Machine[];
  readonly appMachines: readonly Machine[];
  readonly haproxy: HaproxyFacts & { readonly restart: RestartFacts };
  readonly app: {
    readonly restart: RestartFacts;
    /** Seconds that a start may take until it answers; then the change is taken back. */
    readonly startTimeout: number;
    /** Where the app's files are, on each app machine. */
    readonly stateFolder: string;
  };
  /** Present when the load balancers watch each other and move an address. */
  readonly pair?: PairFacts;
}

/** How one load balancer takes over from another. Times in seconds. */
export interface PairFacts {
  /** Of the member that waits longest. */
  readonly vrrp: VrrpFacts;
  /** How long HAProxy may be gone before the machine leaves the election. */
  readonly haproxyGrace: number;
}

/** Reads everything out of what the roles render for this blueprint. */
export function factsOf(blueprint: Blueprint): Facts {
  const loadBalancers = machinesWith(blueprint, "loadBalancer");
  const appMachines = machinesWith(blueprint, "app");
  const [balancer, app] = [filesOf(blueprint, loadBalancers[0]), filesOf(blueprint, appMachines[0])];
  const unit = contentOf(app, appPaths.unit);
  return {
    blueprint,
    loadBalancers,
    appMachines,
    haproxy: {
      ...readHaproxy(contentOf(balancer, haproxyPaths.cfg)),
      restart: readRestart(contentOf(balancer, haproxyPaths.dropIn)),
    },
    app: {
      restart: readRestart(unit),
      startTimeout: app.units.find(({ name }) => name.startsWith("app@"))?.timeout ?? 0,
      stateFolder: `/var/lib/${unitValue(unit, "StateDirectory") ?? ""}`,
    },
    pair: pairOf(blueprint, loadBalancers),
  };
}

/** Two machines are a pair only when keepalived and the claimer are on each of them. */
function pairOf(blueprint: Blueprint, loadBalancers: readonly Machine[]): PairFacts | undefined {
  const members = loadBalancers.map((machine) => filesOf(blueprint, machine));
  const fitness = `${claimerPaths.folder}/fitness.py`;
  const [first] = members;
  if (!first || members.length < 2) return undefined;
  if (!members.every(({ files }) => vrrpPaths.configuration in files && fitness in files)) return undefined;
  const vrrp = members.map((member) => readKeepalived(contentOf(member, vrrpPaths.configuration)));
  return {
    vrrp: vrrp.reduce((longest, other) => (other.skew > longest.skew ? other : longest)),
    haproxyGrace: readConstant(contentOf(first, fitness), "HAPROXY_GRACE_SECONDS"),
  };
}

function filesOf(blueprint: Blueprint, machine: Machine | undefined): Required<RoleConfiguration> {
  if (!machine) throw new RangeError(`stack ${blueprint.stack} lacks a load balancer or an app machine`);
  // The release's checksum names what is installed; no time depends on it.
  return configurationOf({ blueprint, machine, releaseSha256: "0".repeat(64) });
}

function contentOf({ files }: Required<RoleConfiguration>, path: string): string {
  const file = files[path];
  if (!file) throw new Error(`no role writes ${path}, which the failure report computes with`);
  return file.content;
}
