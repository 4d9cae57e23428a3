import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hcloudStandIn } from "../../../../local/standIns/hcloud";
import { serveProvider } from "../../../../provider/grpc/server";
import { UNKNOWN, type Values } from "../../../../provider/grpc/types";
import { EngineSide, partialState, urnOf } from "../../../provider/grpc/client";
import { FakeApi, type Call } from "./fakeApi";

interface Recorded {
  readonly step: string;
  readonly calls: readonly Call[];
}

/** What the official plugin 1.41.0 asked of a fake API, step by step; `step` is how the recording names it. */
const recorded = readFileSync(join(__dirname, "fixtures/recordedCalls.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

export interface State {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/**
 * Takes the stand-in through steps that were recorded with the official plugin, and compares the calls of each. Ids
 * count as equal when they play the same part; lists are compared without their order.
 */
export class Replay {
  private position = 0;
  private readonly expectedIds = new Map<string, string>();
  private readonly actualIds = new Map<string, string>();

  private constructor(
    readonly api: FakeApi,
    readonly engine: EngineSide,
    private readonly standIn: { close(): Promise<void> },
  ) {}

  /** @param first the step to begin with: earlier ones are passed over, as are those between two that are asked for */
  static async start(first?: string): Promise<Replay> {
    const api = await FakeApi.start();
    const standIn = await serveProvider(hcloudStandIn({ second: 1 }));
    const engine = new EngineSide(standIn.port);
    // The slip of the official plugin: with `endpointHetzner` set, `endpoint` is used for Storage Boxes too.
    await engine.configure({ token: "t".repeat(64), endpoint: api.endpoint, endpointHetzner: api.endpoint });
    const replay = new Replay(api, engine, standIn);
    if (first) replay.position = recorded.findIndex(({ step }) => step === first);
    return replay;
  }

  async close(): Promise<void> {
    this.engine.close();
    await this.standIn.close();
    await this.api.close();
  }

  async create(kind: string, name: string, inputs: Values): Promise<State> {
    const checked = await this.check(kind, name, inputs);
    return this.step(`${kind} create ${name}`, async () => {
      const { id, outputs } = await this.engine.create(urn(kind, name), checked);
      expect(JSON.stringify(outputs)).not.toContain(UNKNOWN);
      return { id, inputs: checked, outputs };
    });
  }

  /** A create that the API refuses. @returns the error's text, and the state that is kept nevertheless */
  async createFails(kind: string, name: string, inputs: Values) {
    const checked = await this.check(kind, name, inputs);
    return this.step(`${kind} create ${name}`, () => failure(this.engine.create(urn(kind, name), checked)));
  }

  async refresh(kind: string, state: State, label = "refresh"): Promise<State> {
    return this.step(`${kind} ${label}`, () => this.engine.read(urn(kind, "a"), state.id, state));
  }

  async import(kind: string, id: string): Promise<State> {
    return this.step(`${kind} import ${id}`, () => this.engine.read(urn(kind, "a"), id), `${kind} import `);
  }

  async update(kind: string, label: string, state: State, inputs: Values): Promise<State> {
    const news = await this.check(kind, "a", inputs, state.inputs);
    const change = { olds: state.outputs, oldInputs: state.inputs, news };
    const diff = await this.engine.diff(urn(kind, "a"), state.id, change);
    expect(diff).toMatchObject({ changes: "some", replaces: [] });
    return this.step(`${kind} update ${label}`, async () => {
      const outputs = await this.engine.update(urn(kind, "a"), state.id, change);
      expect(JSON.stringify(outputs)).not.toContain(UNKNOWN);
      return { id: state.id, inputs: news, outputs };
    });
  }

  async updateFails(kind: string, label: string, state: State, inputs: Values) {
    const news = await this.check(kind, "a", inputs, state.inputs);
    const change = { olds: state.outputs, oldInputs: state.inputs, news };
    return this.step(`${kind} update ${label}`, () => failure(this.engine.update(urn(kind, "a"), state.id, change)));
  }

  async delete(kind: string, state: State, label = "delete"): Promise<void> {
    await this.step(`${kind} ${label}`, () => this.engine.delete(urn(kind, "a"), state.id, state));
  }

  async deleteFails(kind: string, state: State, label: string) {
    return this.step(`${kind} ${label}`, () => failure(this.engine.delete(urn(kind, "a"), state.id, state)));
  }

  /** What the engine would be told of a change. */
  async diff(kind: string, state: State, inputs: Values) {
    const news = await this.check(kind, "a", inputs, state.inputs);
    return this.engine.diff(urn(kind, "a"), state.id, { olds: state.outputs, oldInputs: state.inputs, news });
  }

  private async check(kind: string, name: string, news: Values, olds?: Values): Promise<Values> {
    const { inputs, failures } = await this.engine.check(urn(kind, name), news, { olds });
    expect(failures).toEqual([]);
    return inputs;
  }

  private async step<T>(name: string, run: () => Promise<T>, prefix?: string): Promise<T> {
    const matches = ({ step }: Recorded) => (prefix ? step.startsWith(prefix) : step === name);
    const found = recorded.findIndex((one, index) => index >= this.position && matches(one));
    if (found < 0) throw new Error(`No step "${name}" was recorded after number ${String(this.position)}.`);
    this.position = found + 1;
    const from = this.api.calls.length;
    const result = await run();
    const actual = this.api.calls.slice(from).map((call) => canonical(call, this.actualIds));
    const expected = recorded[found].calls.map((call) => canonical(call, this.expectedIds));
    expect({ step: name, calls: actual }).toEqual({ step: name, calls: expected });
    return result;
  }
}

export function urn(kind: string, name: string): string {
  return urnOf(`hcloud:index/${kind[0].toLowerCase()}${kind.slice(1)}:${kind}`, name);
}

async function failure(run: Promise<unknown>) {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!error) throw new Error("It succeeded, but should have failed.");
  return { message: String((error as Error).message), partial: partialState(error) };
}

/** A call with ids replaced by names that tell them apart by first appearance, and lists put in an order. */
function canonical([method, path, body]: Call, ids: Map<string, string>): string {
  const text = JSON.stringify(body === undefined ? [method, path] : [method, path, inOrder(body, ids)]);
  return text.replace(/-[0-9a-f]{7}(?=["/])/g, "-suffix").replace(/(?<=[/:[,=])1\d{3}(?=[/"\]},?-])/g, (id) => {
    if (!ids.has(id)) ids.set(id, `id${String(ids.size + 1)}`);
    return ids.get(id) ?? id;
  });
}

function inOrder(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    const key = (entry: unknown) => JSON.stringify(entry).replace(/\b1\d{3}\b/g, (id) => ids.get(id) ?? "?");
    return value.map((entry) => inOrder(entry, ids)).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, inOrder(entry, ids)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
