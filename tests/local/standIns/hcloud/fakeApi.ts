import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { effects, made, Refusal, type Obj, type Objects } from "./fakeEffects";

export type Call = readonly [method: string, path: string, body?: unknown];

/** An answer that comes instead of the usual one. */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  times: number;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  readonly fields?: readonly { name: string; messages: string[] }[];
}

/** A cloud that allows nearly everything and writes down what it is asked, polls for actions left out. */
export class FakeApi implements Objects {
  readonly calls: Call[] = [];
  readonly faults: Fault[] = [];
  /** Actions begun from now on fail with this. */
  failActions: { code: string; message: string } | undefined;
  /** Polls answered. */
  polls = 0;
  private readonly collections = new Map<string, Map<number, Obj>>();
  private readonly failed = new Map<number, FakeApi["failActions"]>();
  private nextId = 1000;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeApi> {
    const server = createServer((request, response) => void api.answer(request, response));
    const api = new FakeApi(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Puts an object there that nobody asked for, as `POST` would have made it. */
  seed(collection: string, body: Obj, id?: number): number {
    const object = (made as Partial<typeof made>)[collection]?.(body, this) ?? body;
    return this.create(collection, object, id).id;
  }

  create(collection: string, object: Obj, id = this.nextId++): Obj & { id: number } {
    const created = { ...object, id };
    if (!this.collections.has(collection)) this.collections.set(collection, new Map());
    this.collections.get(collection)?.set(id, created);
    return created;
  }

  all(collection: string): Obj[] {
    return [...(this.collections.get(collection)?.values() ?? [])];
  }

  get(collection: string, id: number): Obj | undefined {
    return this.collections.get(collection)?.get(id);
  }

  remove(collection: string, id: number): void {
    this.collections.get(collection)?.delete(id);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text ? (JSON.parse(text) as Obj) : undefined;
    const method = String(request.method);
    const path = String(request.url).replace(/^\/v1/, "");
    const url = new URL(path, "http://api");
    if (url.pathname === "/actions") {
      this.polls++;
      send(response, 200, { actions: url.searchParams.getAll("id").map((id) => this.ended(Number(id))) });
      return;
    }
    this.calls.push(body === undefined ? [method, path] : [method, path, body]);
    try {
      this.throwFault(method, path);
      const [status, result] = this.route(method, url, body ?? {});
      send(response, status, result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message } = error;
      send(response, error.status, { error: { code, message, details: (error as { details?: unknown }).details } });
    }
  }

  private throwFault(method: string, path: string): void {
    const fault = this.faults.find((one) => one.times > 0 && one.method === method && one.path.test(path));
    if (!fault) return;
    fault.times--;
    const refusal = Object.assign(new Refusal(fault.status, fault.code), { message: fault.message ?? fault.code });
    throw Object.assign(refusal, { details: fault.fields && { fields: fault.fields } });
  }

  private route(method: string, url: URL, body: Obj): [number, unknown] {
    const segments = this.withIds(url.pathname.slice(1).split("/"));
    const at = segments.indexOf("actions");
    const action = at < 0 ? undefined : segments[at + 1];
    const path = at < 0 ? segments : segments.slice(0, at);
    const isCollection = path.length % 2 === 1;
    const collection = (isCollection ? path : path.slice(0, -1)).join("/");
    const kind = collection.split("/").at(-1) ?? "";
    if (isCollection) return method === "POST" ? this.make(collection, kind, body) : this.list(collection, kind, url);

    const id = Number(path.at(-1));
    const object = this.get(collection, id);
    if (!object) throw new Refusal(404, "not_found");
    if (action) {
      const more = (effects as Partial<typeof effects>)[`${kind}/${action}`]?.(object, body, this);
      const begun = this.begin();
      return [201, { ...more, ...(kind === "firewalls" ? { actions: [begun] } : { action: begun }) }];
    }
    if (method === "PUT") Object.assign(object, body);
    if (method === "DELETE") {
      if ((object.protection as { delete?: boolean } | undefined)?.delete) throw new Refusal(403, "protected");
      this.remove(collection, id);
      const answers = /^(storage_boxes|zones|servers)/.test(collection);
      return answers ? [200, { action: this.begin() }] : [204, undefined];
    }
    return [200, { [singular(kind)]: object }];
  }

  /** Zones are called by name as well, and their records by name and type. */
  private withIds(segments: readonly string[]): string[] {
    if (segments[0] !== "zones" || segments.length === 1) return [...segments];
    const [zones, zone, rrsets, name, type, ...more] = segments;
    const named = this.all(zones).find((one) => one.name === zone || String(one.id) === zone);
    const start = [zones, String((named?.id as number | undefined) ?? 0)];
    if (rrsets !== "rrsets" || type === undefined) return [...start, ...segments.slice(2)];
    const set = this.all([...start, rrsets].join("/")).find((one) => one.name === name && one.type === type);
    return [...start, rrsets, String((set?.id as number | undefined) ?? 0), ...more];
  }

  private make(collection: string, kind: string, body: Obj): [number, unknown] {
    const inZone = kind === "rrsets" && { zone: Number(collection.split("/")[1]) };
    const object = this.create(collection, { ...made[kind](body, this), ...inZone });
    const more: Obj = { action: /^(storage|zones|servers|volumes)/.test(collection) ? this.begin() : null };
    if (kind === "servers") more.next_actions = [this.begin()];
    if (kind === "volumes") more.next_actions = [];
    if (kind === "firewalls") more.actions = body.rules || body.apply_to ? [this.begin()] : [];
    return [201, { [singular(kind)]: object, ...more }];
  }

  private list(collection: string, kind: string, url: URL): [number, unknown] {
    const filters = ["name", "architecture"].map((key) => [key, url.searchParams.get(key)] as const);
    const found = this.all(collection).filter((object) =>
      filters.every(([key, value]) => value === null || object[key] === value),
    );
    return [200, { [kind]: found }];
  }

  private begin(): Obj {
    const id = this.nextId++;
    this.failed.set(id, this.failActions);
    return { id, status: "running", error: null };
  }

  private ended(id: number): Obj {
    const error = this.failed.get(id);
    return { id, status: error ? "error" : "success", error: error ?? null };
  }
}

function singular(kind: string): string {
  return kind === "storage_boxes" ? "storage_box" : kind.slice(0, -1);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
