import { makeBlueprint } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { priceListOf } from "../../failures/prices/priceList";
import { makeReport, type FailureEntry, type Report, type ReportOptions } from "../../failures/report";
import type { FailureId } from "../../failures/types";
import prices from "../../local/api/fixtures/prices.json";
import serverTypes from "../../local/api/fixtures/serverTypes.json";
import { configurationOf } from "../../roles/configuration";
import { claimer, keepalived } from "../../roles/loadBalancer/pair";
import type { RoleRenderer } from "../../roles/types";
import { settingsWith } from "../blueprint/source";

export const priceList = priceListOf({ prices, serverTypes });
export const options: ReportOptions = { prices: priceList };

/** The numbers of a rung; what settings refuse today (a pair, one machine for everything) can be looked at as well. */
export interface Numbers {
  readonly loadBalancers?: number;
  readonly machines?: number;
  readonly instances?: number;
  /** More of holdfast:app. */
  readonly app?: object;
  readonly limits?: object;
}

export function settingsFor({ loadBalancers = 1, machines = 2, instances = 2, app = {}, limits = {} }: Numbers = {}) {
  const settings: Settings = settingsWith({
    "holdfast:app": { release: "./examples/guestbook", instances, ...app },
    "holdfast:loadBalancer": { machines: 1, limits },
  });
  return {
    ...settings,
    app: { ...settings.app, machines },
    loadBalancer: { ...settings.loadBalancer, machines: loadBalancers },
  };
}

/** What machines get once keepalived and the claimer are on each load balancer of a pair. */
export const withPair: RoleRenderer = (context) => {
  const { blueprint, machine } = context;
  const own = configurationOf(context);
  if (!machine.roles.includes("loadBalancer")) return own;
  const peers = blueprint.machines.filter(({ name, roles }) => roles.includes("loadBalancer") && name !== machine.name);
  const number = Number(machine.name.split("-").at(-1));
  const { privateAddress } = machine;
  const parts = [
    claimer(privateAddress),
    keepalived({ number, privateAddress, peers: peers.map(({ privateAddress: peer }) => peer) }),
  ];
  return { ...own, files: Object.assign({}, own.files, ...parts.map(({ files }) => files)) };
};

export function reportOf(numbers: Numbers = {}, more: Partial<ReportOptions> = {}): Report {
  return makeReport(makeBlueprint(settingsFor(numbers)), { ...options, ...more });
}

export function entryOf({ failures }: Report, id: FailureId): FailureEntry {
  const entry = failures.find((candidate) => candidate.id === id);
  if (!entry) throw new Error(`the report says nothing about ${id}`);
  return entry;
}
