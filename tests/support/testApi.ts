import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { startApi, type RunningApi, type ApiOptions } from "../../local/api";
import type { Driver } from "../../local/driver";
import { NoDriver } from "../../local/machines/noDriver";
import { ApiSchema } from "./apiSchema";
import { ManualClock } from "./manualClock";

export const token = "holdfast-local-cloud-not-a-real-token".padEnd(64, "0");

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers by property
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

const schema = new ApiSchema();

/** A local cloud for one test: no machines, a clock that the test drives, every answer held against the schema. */
export class TestApi {
  clock = new ManualClock();
  readonly directory = mkdtempSync(join(tmpdir(), "holdfast-api-"));
  readonly log: string[] = [];
  private api: RunningApi | undefined;

  constructor(readonly driver: Driver = new NoDriver()) {}

  /** Starts one before each test of a block, with nothing in it, and removes it afterwards. */
  static forEachTest(): TestApi {
    const api = new TestApi();
    beforeEach(() => api.start());
    afterEach(() => api.remove());
    return api;
  }

  async start(options: Partial<ApiOptions> = {}): Promise<this> {
    this.api = await startApi({
      directory: this.directory,
      driver: this.driver,
      token,
      clock: this.clock,
      log: (line) => this.log.push(line),
      ...options,
    });
    return this;
  }

  get running(): RunningApi {
    if (this.api === undefined) throw new Error("the API is not started");
    return this.api;
  }

  /** Ends the process's part only: the directory stays, as after a crash. */
  async stop(): Promise<void> {
    await this.api?.close();
    this.api = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
    this.clock = new ManualClock();
    this.log.length = 0;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const base = path.startsWith("/_local/") ? `http://127.0.0.1:${String(this.running.port)}` : this.running.endpoint;
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      body: text === "" ? undefined : JSON.parse(text),
      headers: response.headers,
    };
    const plainPath = path.split("?")[0];
    const problems = path.startsWith("/_local/") ? [] : schema.problems(method, plainPath, answer.status, answer.body);
    if (problems.length > 0) throw new Error(`the answer does not fit the published schema:\n${problems.join("\n")}`);
    return answer;
  }

  /** A call that has to succeed; then all its actions, to their end. */
  async must(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    await this.settle(answer.body);
    return answer.body;
  }

  /** A call that has to be refused; gives the error's code. */
  async refused(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.call(method, path, body);
    if (answer.status < 400) throw new Error(`${method} ${path} was not refused`);
    return answer.body.error.code;
  }

  /** Lets time pass until the actions in an answer have ended. @throws when one failed */
  async settle(body: Body): Promise<void> {
    const actions = [body?.action, ...(body?.actions ?? []), ...(body?.next_actions ?? [])].filter(Boolean);
    for (const { id } of actions) {
      for (let round = 0; ; round++) {
        const { action } = (await this.call("GET", `/actions/${String(id)}`)).body;
        if (action.status === "error") throw new Error(`action ${action.command}: ${action.error.message}`);
        if (action.status === "success") break;
        if (round > 50) throw new Error(`action ${action.command} does not end`);
        await this.clock.advance(1);
      }
    }
  }

  async server(name: string, more: object = {}): Promise<Body> {
    const body = { name, server_type: "cx23", image: "debian-13", location: "nbg1", ...more };
    const { server } = await this.must("POST", "/servers", body);
    return (await this.call("GET", `/servers/${String(server.id)}`)).body.server;
  }

  async network(name = "net", range = "10.0.0.0/16", subnet = "10.0.1.0/24"): Promise<Body> {
    const subnets = [{ type: "cloud", network_zone: "eu-central", ip_range: subnet }];
    return (await this.must("POST", "/networks", { name, ip_range: range, subnets })).network;
  }
}

/** A new public key in OpenSSH's form. */
export function publicKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const parsed = utils.parseKey(privateKey.export({ type: "pkcs1", format: "pem" }));
  if (parsed instanceof Error) throw parsed;
  const [key] = [parsed].flat();
  return `${key.type} ${key.getPublicSSH().toString("base64")} test`;
}
