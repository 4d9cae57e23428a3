/** How the stand-in reaches the local cloud, as the provider's settings say it. */
export interface ClientSettings {
  /** Base URL with `/v1`, without a slash at its end. */
  readonly endpoint: string;
  /** Base URL for everything below `/storage_boxes`. */
  readonly storageEndpoint: string;
  readonly token: string;
  /** Milliseconds before the first look at an action; later ones wait longer unless `pollFunction` is `constant`. */
  readonly pollInterval?: number;
  readonly pollFunction: "constant" | "exponential";
  /** Milliseconds that one second of waiting takes: tests compress time. @default 1000 */
  readonly second?: number;
}

/** As the API shows it. */
export interface Action {
  readonly id: number;
  readonly status: "running" | "success" | "error";
  readonly error?: { readonly code: string; readonly message: string } | null;
}

/** The API said no. */
export class HcloudError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly reason: string,
    readonly fields: readonly { readonly name: string; readonly messages: readonly string[] }[] = [],
  ) {
    const listed = fields.map(({ name, messages }) => `${name} => [${messages.join(", ")}]`).join(", ");
    super(`${reason} (${code})${listed ? `: [${listed}]` : ""}`);
  }
}

/** When to try again and how often; the wait starts at a second and doubles. */
export interface RetryRule {
  readonly tries: number;
  readonly on: (error: unknown) => boolean;
}

/** For retries: an API error with one of these codes. */
export const onCodes =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof HcloudError && codes.includes(error.code);

/** What is to be deleted and is not there is no failure. */
export const isGone = onCodes("not_found");

/** What the official client repeats whatever the call is; `locked`, for one, is not among it. */
const transient: RetryRule = {
  tries: 6,
  on: (error) =>
    onCodes("conflict", "rate_limit_exceeded", "bad_gateway", "timeout")(error) ||
    (error instanceof HcloudError && error.code === "" && [502, 504].includes(error.status)),
};

/** Milliseconds. A wait never grows beyond this. */
const longestWait = 60_000;
/** Ids in one question for actions. */
const actionsPerPoll = 25;
/** Milliseconds: a server that takes longer to answer counts as unreachable. */
const answerDeadline = 30_000;

/** The Hetzner Cloud API for one call of the engine: ends when the call's signal does. */
export class HcloudClient {
  constructor(
    private readonly settings: ClientSettings,
    private readonly signal: AbortSignal,
    /** Milliseconds; the longest pause between two looks at an action. */
    private readonly longestPoll = longestWait,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.call("POST", path, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.call("PUT", path, body);
  }
  delete<T = undefined>(path: string): Promise<T> {
    return this.call("DELETE", path);
  }

  /** The object, or `undefined` where the API says 404. */
  async find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch(ignore<T | undefined>(isGone, undefined));
  }

  /** Starts an action and waits for its end. */
  async act(path: string, body?: unknown): Promise<void> {
    const answer = await this.post<{ action?: Action; actions?: Action[] }>(path, body);
    await this.wait(...(answer.actions ?? [answer.action]));
  }

  /** Waits for all of these to end; those that have ended are not asked for. @throws when one fails */
  async wait(...actions: readonly (Action | null | undefined)[]): Promise<void> {
    let open = actions.filter((action) => action !== null && action !== undefined);
    const { pollInterval = 500, pollFunction, second = 1000 } = this.settings;
    for (let look = 0; ; look++) {
      for (const { id, status, error } of open) {
        if (status !== "error") continue;
        throw new Error(`${error?.message ?? "action failed"} (${error?.code ?? "unknown"}, action ${String(id)})`);
      }
      open = open.filter(({ status }) => status === "running");
      if (open.length === 0) return;
      const pause = pollFunction === "constant" ? pollInterval : pollInterval * 2 ** look;
      await this.pause((Math.min(pause, this.longestPoll) * second) / 1000);
      const batches = Array.from({ length: Math.ceil(open.length / actionsPerPoll) }, (_, batch) =>
        open.slice(batch * actionsPerPoll, (batch + 1) * actionsPerPoll),
      );
      open = (await Promise.all(batches.map((batch) => this.look(batch.map(({ id }) => id))))).flat();
    }
  }

  /** Runs something again while the rule says so; the last error is thrown. */
  async retry<T>(rule: RetryRule, run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (attempt >= rule.tries || !rule.on(error)) throw error;
        await this.pause(Math.min(2 ** (attempt - 1) * 1000, longestWait) * ((this.settings.second ?? 1000) / 1000));
      }
    }
  }

  /** @param milliseconds cut short, with the signal's error, when the call is cancelled */
  pause(milliseconds: number): Promise<void> {
    const { signal } = this;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  private async look(ids: readonly number[]): Promise<Action[]> {
    const query = ids.map((id) => `id=${String(id)}`).join("&");
    const { actions } = await this.get<{ actions: Action[] }>(`/actions?${query}&page=1&sort=status&sort=id`);
    const missing = ids.filter((id) => !actions.some((action) => action.id === id));
    if (missing.length > 0) throw new Error(`actions not found: ${missing.join(", ")}`);
    return actions;
  }

  private call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.retry(transient, () => this.once<T>(method, path, body));
  }

  private async once<T>(method: string, path: string, body: unknown): Promise<T> {
    const { endpoint, storageEndpoint, token } = this.settings;
    const base = /^\/storage_boxes\b/.test(path) ? storageEndpoint : endpoint;
    const response = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "user-agent": "holdfast-stand-in",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      // A redirect could lead away from this computer.
      redirect: "error",
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(answerDeadline)]),
    }).catch((error: unknown) => {
      if (this.signal.aborted) throw this.signal.reason;
      throw unreachable(base, error);
    });
    const text = await response.text();
    if (!response.ok) throw toApiError(response.status, text);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

/** For `catch`: this error counts as that result. */
export function ignore<T>(expected: (error: unknown) => boolean, result: T): (error: unknown) => T {
  return (error) => {
    if (expected(error)) return result;
    throw error;
  };
}

function toApiError(status: number, text: string): HcloudError {
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; details?: { fields?: HcloudError["fields"] } | null };
    };
    return new HcloudError(status, error.code, error.message, error.details?.fields);
  } catch {
    return new HcloudError(status, "", `The API answered ${String(status)} without saying why`);
  }
}

function unreachable(base: string, error: unknown): Error {
  if (error instanceof Error && error.name === "TimeoutError")
    return new HcloudError(0, "timeout", `${base} does not answer`);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new Error(`The local cloud at ${base} cannot be reached: ${cause}. Is it running?`);
}
