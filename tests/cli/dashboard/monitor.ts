import type { Reader } from "../../../cli/dashboard/history";

type Value = (seconds: number) => number | undefined;

/** A monitor that knows these series: text that occurs in a query → labels, and a value for each moment. */
export function knows(
  answers: readonly {
    readonly query: RegExp;
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: Value;
  }[],
  alerts: readonly object[] = [],
): Reader {
  const asked = (query: string) => answers.filter((one) => one.query.test(query));
  return {
    alertmanager: <T>() => Promise.resolve(alerts as T),
    prometheus: <T>(kind: string, { query = "", time, start, end, step }: Readonly<Record<string, string>>) => {
      const sample = (value: Value, at: number) => {
        const found = value(at);
        return found === undefined ? [] : [[at, String(found)] as const];
      };
      const moments = (): number[] => {
        const found: number[] = [];
        for (let at = Number(start); at <= Number(end); at += Number(step)) found.push(at);
        return found;
      };
      const result = asked(query).flatMap(({ labels = {}, value }): object[] => {
        if (kind === "query") return sample(value, Number(time)).map((one) => ({ metric: labels, value: one }));
        const values = moments().flatMap((at) => sample(value, at));
        return values.length === 0 ? [] : [{ metric: labels, values }];
      });
      return Promise.resolve(result as T);
    },
  };
}
