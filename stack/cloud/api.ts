import { type OpenTarget, storageEndpoint, type Target } from "../../blueprint/target";
import { UserError } from "../../lib/errors";

/** An error that the cloud's API answered. */
export class Refusal extends UserError {
  constructor(
    call: string,
    readonly status: number,
    /** Hetzner's code, e.g. `not_found`; empty where the answer has none. */
    readonly code: string,
    message: string,
  ) {
    super(`the cloud's API answers ${status} to ${call}: ${message}${code === "" ? "" : ` (${code})`}`);
  }
}

/** @throws UserError when no token is known */
export function requireToken({ token, ...target }: Target): OpenTarget {
  if (token !== undefined) return { ...target, token };
  throw new UserError(
    "there is no token: set hcloud:token (`pulumi config set --secret hcloud:token`), or HCLOUD_TOKEN",
  );
}

/** Anything that the API lists. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly [property: string]: unknown;
}

/** Seconds for an answer of the API, unless the caller names another limit. */
const LIMIT = 15;

/** The API of the cloud that a stack is in, for commands: few calls, no retries, plain errors. */
export class CloudApi {
  /** @param limit seconds for each answer */
  constructor(
    private readonly target: OpenTarget,
    private readonly limit = LIMIT,
  ) {}

  get endpoint(): string {
    return this.target.endpoint;
  }

  /** @throws Refusal, also for what does not exist */
  async get<T>(path: string): Promise<T> {
    return (await this.call("GET", path)) as T;
  }

  /** Undefined for what does not exist. @throws Refusal for any other reason */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All resources of one kind, from all pages. @param query e.g. `label_selector=stack%3Dstaging` */
  async list(collection: string, query = ""): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (let page: number | null = 1; page !== null;) {
      const answer: Page = await this.get(`/${collection}?per_page=50&page=${page}${query === "" ? "" : `&${query}`}`);
      items.push(...((answer[collection] as readonly Item[] | undefined) ?? []));
      page = answer.meta?.pagination?.next_page ?? null;
    }
    return items;
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.call("POST", path, body);
  }

  /** @throws Refusal, unless it is gone already */
  async delete(path: string): Promise<void> {
    try {
      await this.call("DELETE", path);
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 404)) throw error;
    }
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { endpoint, token: ownToken, storageToken = ownToken } = this.target;
    const isStorage = path.startsWith("/storage_box");
    const token = isStorage ? storageToken : ownToken;
    const base = isStorage ? storageEndpoint(endpoint) : endpoint;
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect could carry the token elsewhere.
      redirect: "error",
      signal: AbortSignal.timeout(this.limit * 1000),
    }).catch((error: unknown) => {
      const why = isTimeout(error) ? `not within ${this.limit} s` : reason(error);
      throw new UserError(`the cloud's API at ${base} does not answer: ${why}`);
    });
    const text = await response.text();
    if (response.ok) return text === "" ? undefined : JSON.parse(text);
    const { code = "", message = text.slice(0, 200) } = errorIn(text);
    throw new Refusal(`${method} ${path.replace(/\?.*/, "")}`, response.status, code, message);
  }
}

interface Page {
  readonly meta?: { readonly pagination?: { readonly next_page: number | null } };
  readonly [collection: string]: unknown;
}

function errorIn(text: string): { code?: string; message?: string } {
  try {
    return (JSON.parse(text) as { error?: { code?: string; message?: string } }).error ?? {};
  } catch {
    return {};
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error };
  return cause?.message ?? message;
}
