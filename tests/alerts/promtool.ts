import { basename } from "node:path";
import { type AlertRule, type Example, type Value } from "../../alerts/rule";
import { ruleFile } from "../../alerts/ruleFile";
import { judge } from "../roles/debian";

/** One moment at which promtool has to find a rule firing, or silent. */
interface Moment {
  readonly rule: AlertRule;
  readonly example: Example;
  readonly seconds: number;
  readonly fires: boolean;
}

/** Seconds between samples, and between evaluations. */
const interval = ({ every = 15 }: Example) => every;

/** Every example of a rule: when it begins to fire, that it does not before, and that its neighbours never do. */
function momentsOf(rule: AlertRule): Moment[] {
  const { fires, silent } = rule.examples(rule.thresholds);
  const begins = ({ settles = 0 }: Example) => settles + rule.for;
  return [
    ...fires.flatMap((example) => [
      { rule, example, seconds: begins(example) + interval(example), fires: true },
      ...(rule.for > 0 && !example.mayHoldSooner
        ? [{ rule, example, seconds: begins(example) - interval(example), fires: false }]
        : []),
    ]),
    ...silent.map((example) => ({ rule, example, seconds: begins(example) + 2 * interval(example), fires: false })),
  ];
}

/** A rule under test, and the one whose examples it has to agree with. */
export interface Trial {
  readonly name: string;
  readonly rule: AlertRule;
  readonly examplesOf: AlertRule;
}

/** What promtool says of each trial: names of those whose examples all came out as told, and everything that it wrote. */
export function promtool(trials: readonly Trial[]): { readonly agreed: readonly string[]; readonly output: string } {
  const files = trials.flatMap(({ rule, examplesOf }, index) => [
    [`/rules-${index}.yml`, JSON.stringify(ruleFile([rule]))] as const,
    [`/test-${index}.yml`, testFile(`/rules-${index}.yml`, momentsOf(examplesOf))] as const,
  ]);
  // In the folder of %s, one file after the other: promtool starts slowly on a busy computer.
  const command = `cd $(dirname %s) && promtool test rules ${trials.map((_, index) => `test-${index}.yml`).join(" ")}`;
  const { output } = judge(command, "", "candidate", Object.fromEntries(files));
  const agreed = trials.filter((_, index) =>
    new RegExp(`Unit Testing:\\s+test-${index}\\.yml\\s+SUCCESS`).test(output),
  );
  return { agreed: agreed.map(({ name }) => name), output };
}

function testFile(rules: string, moments: readonly Moment[]): string {
  const every = Math.max(...moments.map(({ example }) => interval(example)));
  return JSON.stringify({
    rule_files: [basename(rules)],
    evaluation_interval: `${every}s`,
    tests: moments.map(({ rule, example, seconds, fires }) => ({
      name: `${rule.name} ${fires ? "fires" : "is silent"} after ${seconds} s`,
      interval: `${interval(example)}s`,
      input_series: Object.entries(example.series).map(([series, value]) => ({
        series,
        values: values(value, interval(example), seconds),
      })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${rule.name}",alertstate="firing"}) or vector(0)`,
          eval_time: `${seconds}s`,
          exp_samples: [{ labels: "{}", value: fires ? 1 : 0 }],
        },
      ],
    })),
  });
}

/** In promtool's notation, long enough for a test of so many seconds. */
function values(value: Value, every: number, seconds: number): string {
  const samples = Math.ceil(seconds / every) + 2;
  const [start, change] =
    typeof value === "number" ? [value, 0] : "age" in value ? [-value.age, every] : [0, value.perSecond * every];
  return `${start}${change < 0 ? "-" : "+"}${Math.abs(change)}x${samples}`;
}
