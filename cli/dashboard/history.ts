import type { Watcher } from "../../stack/monitor/machine";

/** Whoever reads what the monitor knows. */
export type Reader = Pick<Watcher, "alertmanager" | "prometheus">;

export type Labels = Readonly<Record<string, string>>;

/** One value of now. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One value for each moment of a history; null: none. */
export interface Series {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
}

interface RawSeries {
  readonly metric: Labels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Prometheus takes no sample more often. */
const shortestStep = 15;

/** What the monitor knows of a while, at moments that are the same for all questions. */
export class History {
  /** Seconds between two moments. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly times: readonly number[];

  constructor(
    private readonly reader: Reader,
    { from, to, points }: { readonly from: number; readonly to: number; readonly points: number },
  ) {
    this.step = Math.max(shortestStep, Math.ceil((to - from) / points));
    const count = Math.floor((to - from) / this.step);
    this.times = Array.from({ length: count + 1 }, (_, index) => to - (count - index) * this.step);
  }

  /** Seconds over which a rate is taken, so that no sample is left out. */
  get window(): number {
    return Math.max(4 * shortestStep, this.step);
  }

  get to(): number {
    return this.times.at(-1) ?? 0;
  }

  async now(query: string): Promise<Sample[]> {
    const found = await this.reader.prometheus<readonly RawSeries[]>("query", { query, time: String(this.to) });
    return found.flatMap(({ metric, value }) =>
      value && Number.isFinite(Number(value[1])) ? [{ labels: metric, value: Number(value[1]) }] : [],
    );
  }

  async over(query: string): Promise<Series[]> {
    const [start = 0] = this.times;
    const found = await this.reader.prometheus<readonly RawSeries[]>("query_range", {
      query,
      start: String(start),
      end: String(this.to),
      step: String(this.step),
    });
    return found.map(({ metric, values = [] }) => {
      const known = new Map(values.map(([time, value]) => [Math.round((time - start) / this.step), Number(value)]));
      const value = (index: number) => known.get(index) ?? Number.NaN;
      return {
        labels: metric,
        values: this.times.map((_, index) => (Number.isFinite(value(index)) ? value(index) : null)),
      };
    });
  }
}
