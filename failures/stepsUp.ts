import { makeBlueprint } from "../blueprint/blueprint";
import { sectionProblems } from "../blueprint/parseSettings";
import { rules } from "../blueprint/rules";
import type { Draft } from "../blueprint/rules/rule";
import type { Settings } from "../blueprint/settings";
import { differenceOf, type Change } from "./difference";
import { makeReport, type Report, type ReportOptions } from "./report";

/** One number in the settings, raised by one, and what that would change. */
export interface StepUp {
  /** e.g. `holdfast:app.machines` */
  readonly setting: string;
  readonly from: number;
  readonly to: number;
  /** What settings' own rules say against it; then nothing else is known. */
  readonly refused?: string;
  /** Cents a month more. */
  readonly cents: number;
  readonly changes: readonly Change[];
}

type Raise = readonly [
  setting: string,
  number: (settings: Settings) => number | undefined,
  raised: (settings: Settings) => Settings,
];

/** The numbers of the ladder, each with what it is today: undefined where the stack has no such thing to have more of. */
const raises: readonly Raise[] = [
  [
    "holdfast:app.instances",
    ({ app }) => app.instances,
    (settings) => ({ ...settings, app: { ...settings.app, instances: settings.app.instances + 1 } }),
  ],
  [
    "holdfast:app.machines",
    ({ app }) => app.machines,
    (settings) => ({ ...settings, app: { ...settings.app, machines: settings.app.machines + 1 } }),
  ],
  [
    "holdfast:loadBalancer.machines",
    ({ loadBalancer }) => loadBalancer.machines,
    (settings) => ({
      ...settings,
      loadBalancer: { ...settings.loadBalancer, machines: settings.loadBalancer.machines + 1 },
    }),
  ],
  [
    "holdfast:database.machines",
    ({ database }) => database?.machines,
    ({ database, ...settings }) => ({
      ...settings,
      ...(database && { database: { ...database, machines: database.machines + 1 } }),
    }),
  ],
];

/** Every step up from a stack, the cheapest first; those that the rules refuse come last, with the reason. */
export function stepsUpFrom(settings: Settings, report: Report, options: ReportOptions): readonly StepUp[] {
  return raises
    .flatMap(([setting, number, raised]): StepUp[] => {
      const from = number(settings);
      if (from === undefined) return [];
      const step = { setting, from, to: from + 1 };
      const next = raised(settings);
      const refused = refusal(next);
      if (refused !== undefined) return [{ ...step, refused, cents: 0, changes: [] }];
      const above = makeReport(makeBlueprint(next), options);
      return [{ ...step, cents: above.price.total - report.price.total, changes: differenceOf(report, above) }];
    })
    .sort((a, b) => Number(a.refused !== undefined) - Number(b.refused !== undefined) || a.cents - b.cents);
}

/** The cheapest step that makes a failure milder, apart from what it costs. */
export function cheapestUseful(stepsUp: readonly StepUp[]): StepUp | undefined {
  return stepsUp.find(
    ({ changes, refused }) => refused === undefined && changes.some(({ effect }) => effect === "better"),
  );
}

/** What would refuse these settings if a person wrote them: first the limits of each, then the rules between them. */
function refusal(settings: Settings): string | undefined {
  const { admin, ...rest } = settings;
  const draft: Draft = { ...rest, preview: true, resolvedAdmin: admin, admin: { allowFrom: [...admin.allowFrom] } };
  const [problem] = [
    ...sectionProblems("app", settings.app),
    ...sectionProblems("loadBalancer", settings.loadBalancer),
    ...sectionProblems("database", settings.database),
    ...rules.flatMap((rule) => rule(draft)),
  ];
  return problem && `${problem.wrong}: ${problem.why}`;
}
