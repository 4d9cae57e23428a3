import { makeBlueprint } from "../blueprint/blueprint";
import type { Settings } from "../blueprint/settings";
import { differenceOf } from "./difference";
import { formatChange, formatMoney } from "./prices/money";
import { table } from "./render/markdown";
import { totalText } from "./render/prices";
import { makeReport, type ReportOptions } from "./report";

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

/** Settings that differ from the given ones in the numbers of a rung only; a database is there from the bottom on. */
export function settingsOfRung(settings: Settings, rung: Rung): Settings {
  const { serverType } = settings.app;
  return {
    ...settings,
    app: { ...settings.app, machines: rung.appMachines, instances: rung.instances },
    loadBalancer: { ...settings.loadBalancer, machines: rung.loadBalancers },
    database: { serverType, volumeSize: 10, ...settings.database, machines: rung.databases },
  };
}

/** The table in docs/ladder.md: what each rung costs, and what it changes against the one below it. */
export function renderLadder(settings: Settings, options: ReportOptions): string {
  const reports = ladder.map((rung) => makeReport(makeBlueprint(settingsOfRung(settings, rung)), options));
  const rows = ladder.map((rung, index) => {
    const [below, report] = [reports[index - 1], reports[index]];
    if (!report) return [];
    const { serverType } = settings.app;
    const numbers = `${rung.loadBalancers} + ${rung.databases} + ${rung.appMachines} × ${rung.instances}`;
    if (!below) return [rung.name, numbers, totalText(report.price), `all on ${serverType}`, ""];
    const texts = (effect: string) =>
      differenceOf(below, report)
        .filter((change) => change.effect === effect && !change.text.endsWith("/month"))
        .map(({ text }) => text)
        .join("; ");
    const price = `${totalText(report.price)} (${formatChange(report.price.total - below.price.total)})`;
    return [rung.name, numbers, price, texts("better"), [texts("worse"), texts("neutral")].filter(Boolean).join("; ")];
  });
  const headings = [
    "rung",
    "load balancers + database machines + app machines × instances",
    "per month",
    "gets better",
    "changes otherwise",
  ];
  const { recorded } = options.prices;
  return [
    table(headings, rows),
    managedInstead(settings, options),
    `List prices recorded on ${recorded}, without VAT; they are not the bill.\n`,
  ].join("\n\n");
}

/** What Hetzner's own load balancer costs beside one of ours and beside the pair, with the addresses that each needs. */
function managedInstead({ loadBalancer }: Settings, { prices }: ReportOptions): string {
  const { floatingIpv4, loadBalancers, primaryIpv4, servers } = prices;
  const each = (servers[loadBalancer.serverType] ?? 0) + primaryIpv4;
  const [one, pair, managed] = [each + floatingIpv4, 2 * each + floatingIpv4, loadBalancers.lb11 ?? 0].map((cents) =>
    formatMoney(cents),
  );
  return `Beside it: Hetzner's managed load balancer (lb11) is ${managed} a month with its own address; one load balancer machine (${loadBalancer.serverType}) with its addresses is ${one}, the pair ${pair}.`;
}
