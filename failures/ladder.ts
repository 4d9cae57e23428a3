import { makeBlueprint } from "../blueprint/blueprint";
import type { Settings } from "../blueprint/settings";
import { differenceOf } from "./difference";
import { formatChange, formatMoney } from "./prices/money";
import { table } from "./render/markdown";
import { totalText } from "./render/prices";
import { makeReport, type Report, type ReportOptions } from "./report";

/** The numbers of one rung. */
interface Rung {
  readonly name: string;
  readonly loadBalancers: number;
  readonly databases: 0 | 1;
  readonly appMachines: number;
  readonly instances: number;
}

/** The rungs that can be climbed today, from the bottom. One that settings refuse has no place here. */
export const ladder: readonly Rung[] = [
  { name: "one machine with everything", loadBalancers: 0, databases: 0, appMachines: 1, instances: 1 },
  { name: "more instances", loadBalancers: 0, databases: 0, appMachines: 1, instances: 2 },
  { name: "a load balancer", loadBalancers: 1, databases: 0, appMachines: 1, instances: 2 },
  { name: "the database on its own machine", loadBalancers: 1, databases: 1, appMachines: 1, instances: 2 },
  { name: "more app machines", loadBalancers: 1, databases: 1, appMachines: 2, instances: 2 },
  { name: "a backup load balancer", loadBalancers: 2, databases: 1, appMachines: 2, instances: 2 },
];

/** The numbers of a rung, by the section of the settings that they belong to. */
export function sectionsOf({ appMachines, databases, instances, loadBalancers }: Rung) {
  return {
    app: { machines: appMachines, instances },
    loadBalancer: { machines: loadBalancers },
    database: { machines: databases },
  };
}

/** Settings that differ from the given ones in the numbers of a rung only; a database is there from the bottom on. */
export function settingsOfRung(settings: Settings, rung: Rung): Settings {
  const { app, loadBalancer, database } = sectionsOf(rung);
  return {
    ...settings,
    app: { ...settings.app, ...app },
    loadBalancer: { ...settings.loadBalancer, ...loadBalancer },
    database: { serverType: settings.app.serverType, volumeSize: 10, ...settings.database, ...database },
  };
}

/**
 * The tables in docs/ladder.md: what each rung costs and changes against the one below it, what Hetzner's load balancer
 * would cost instead, and what each rung leaves open.
 */
export function renderLadder(settings: Settings, options: ReportOptions): string {
  const steps = ladder.map((rung) => {
    const blueprint = makeBlueprint(settingsOfRung(settings, rung));
    return { rung, report: makeReport(blueprint, options), types: blueprint.machines.map((one) => one.serverType) };
  });
  const types = [...new Set(steps.flatMap((step) => step.types))];
  const [lowest = [], ...higher] = steps.map(({ report }) => report.singlePoints.map(({ what }) => what));
  const everywhere = lowest.filter((what) => higher.every((points) => points.includes(what)));
  return [
    table(
      [
        "rung",
        "load balancers + database machines + app machines × instances",
        "per month",
        "gets better",
        "changes otherwise",
      ],
      steps.map((step, index) => changesOf(step, steps[index - 1])),
    ),
    managedInstead(settings, options),
    `All machines are ${types.join(" or ")}. List prices ${options.prices.origin}, without VAT; they are not the bill.`,
    table(
      ["rung", "nothing stands behind", "billed until it is destroyed"],
      steps.map((step) => leftOpen(step, everywhere)),
    ),
    `On every rung nothing stands behind: ${everywhere.join(", ")}.\n`,
  ].join("\n\n");
}

interface Step {
  readonly rung: Rung;
  readonly report: Report;
}

/** A row about one rung, compared with the one below it. */
function changesOf({ rung, report }: Step, below: Step | undefined): string[] {
  const numbers = `${rung.loadBalancers} + ${rung.databases} + ${rung.appMachines} × ${rung.instances}`;
  if (!below) return [rung.name, numbers, totalText(report.price), "", ""];
  const texts = (effect: string) =>
    differenceOf(below.report, report)
      .filter((change) => change.effect === effect && change.kind !== "price")
      .map(({ text }) => text)
      .join("; ");
  const price = `${totalText(report.price)} (${formatChange(report.price.total - below.report.price.total)})`;
  return [rung.name, numbers, price, texts("better"), [texts("worse"), texts("neutral")].filter(Boolean).join("; ")];
}

/** A row about what nothing stands behind on a rung, beside what is so on all of them, and what costs money to forget. */
function leftOpen({ rung, report: { singlePoints, price } }: Step, everywhere: readonly string[]): string[] {
  const own = singlePoints.map(({ what }) => what).filter((what) => !everywhere.includes(what));
  return [rung.name, own.join(", "), price.parts.map(({ what }) => what).join(", ")];
}

/** What Hetzner's own load balancer costs beside one of ours and beside the pair, with the addresses that each needs. */
function managedInstead({ loadBalancer: { serverType } }: Settings, { prices }: ReportOptions): string {
  const { floatingIpv4, primaryIpv4 } = prices;
  const [server, managed] = [prices.servers[serverType], prices.loadBalancers.lb11];
  if (server === undefined || managed === undefined || primaryIpv4 === undefined || floatingIpv4 === undefined) {
    return `Beside it: Hetzner's managed load balancer (lb11) or a part of ours (${serverType}) is not in the price list.`;
  }
  const [one, pair] = [server + primaryIpv4 + floatingIpv4, 2 * (server + primaryIpv4) + floatingIpv4];
  const money = (cents: number) => formatMoney(cents, prices.currency);
  return (
    `Beside it: Hetzner's managed load balancer (lb11) is ${money(managed)} a month with its own address; ` +
    `one load balancer machine (${serverType}) with its addresses is ${money(one)}, the pair ${money(pair)}. ` +
    `Hetzner's before one of ours is the sum of both: ${money(managed + one)}.`
  );
}
