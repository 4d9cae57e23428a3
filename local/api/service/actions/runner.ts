import { type Cloud, tableOf } from "../cloud";
import { ApiError } from "../errors";
import type { ActionRow, ResourceRef, ServerStatus } from "../rows";
import { projectOf } from "../../store/table";
import type { Actions, NewAction } from "./actions";
import { delays, type Command } from "./delays";
import type { Effects } from "./effects";

/** Begins actions, waits for their work and their delay, and ends them. */
export class ActionRunner implements Actions {
  /** By action: ends its delay early. */
  private readonly timers = new Map<number, () => void>();
  private stopped = false;

  /** @param multiplier of every delay; greater than 0 */
  constructor(
    private readonly cloud: Cloud,
    private readonly effects: Readonly<Record<Command, Effects>>,
    private multiplier: number,
  ) {
    this.setFactor(multiplier);
  }

  get factor(): number {
    return this.multiplier;
  }

  setFactor(factor: number): void {
    if (!(factor > 0) || !Number.isFinite(factor)) {
      throw new ApiError("invalid_input", `the delay factor has to be greater than 0, not ${String(factor)}`);
    }
    this.multiplier = factor;
  }

  create(command: Command, resources: readonly ResourceRef[], options: NewAction = {}): ActionRow {
    const now = this.cloud.clock.now();
    const action = this.cloud.store.put("actions", {
      id: this.cloud.store.newId(),
      command,
      status: "running",
      started: now,
      begun: null,
      finished: null,
      resources,
      error: null,
      input: options.input ?? {},
      after: options.after?.id ?? null,
      ...this.sameProject(resources[0]),
    });
    return options.after === undefined ? this.begin(action) : action;
  }

  /** An action is in the project of what it concerns. */
  private sameProject(resource: ResourceRef): { readonly project?: string } {
    return projectOf(this.cloud.store.get(tableOf(resource), resource.id));
  }

  private begin(action: ActionRow): ActionRow {
    const begun = this.cloud.store.put("actions", { ...action, begun: this.cloud.clock.now() });
    this.setServerStatus(begun, this.effects[begun.command].status?.during);
    this.cloud.store.afterCommit(() => {
      this.run(begun);
    });
    return begun;
  }

  resume(): void {
    for (const action of this.cloud.store.find("actions", "status", "running")) {
      if (action.begun !== null && !this.timers.has(action.id)) this.run(action);
    }
  }

  private run(action: ActionRow): void {
    const delay = new Promise<void>((resolve) => {
      const cancel = this.cloud.clock.after(this.milliseconds(action), resolve);
      this.timers.set(action.id, () => {
        cancel();
        resolve();
      });
    });
    const { work: begin, late = false } = this.effects[action.command];
    const work = late ? delay.then(() => this.beginLate(action)) : begin?.(this.cloud, action);
    this.cloud.provisioner.background(
      `action ${String(action.id)} (${action.command})`,
      Promise.all([work, delay]).then(
        () => {
          this.end(action.id, null);
        },
        (error: unknown) => {
          this.timers.get(action.id)?.();
          this.end(action.id, error);
        },
      ),
    );
  }

  /** A process that ends in the meantime leaves the work to the next one. */
  private async beginLate(action: ActionRow): Promise<void> {
    if (!this.stopped) await this.effects[action.command].work?.(this.cloud, action);
  }

  private milliseconds(action: ActionRow): number {
    return delays[action.command] * 1000 * this.multiplier;
  }

  private end(id: number, error: unknown): void {
    this.timers.delete(id);
    if (this.stopped) return;
    if (error !== null) this.cloud.log(`action ${String(id)} failed: ${String(error)}`);
    this.cloud.store.transaction(() => {
      const action = this.cloud.store.get("actions", id);
      if (action?.status === "running") this.finish(action, error === null ? null : asActionError(error));
    });
  }

  private finish(action: ActionRow, error: ActionRow["error"]): void {
    const { store, clock } = this.cloud;
    const effects = this.effects[action.command];
    const status = error === null ? "success" : "error";
    store.put("actions", { ...action, status, finished: clock.now(), error });
    this.setServerStatus(action, error === null ? effects.status?.success : effects.status?.failure);
    if (error === null) effects.success?.(this.cloud, action);
    else effects.failure?.(this.cloud, action);
    for (const next of store.find("actions", "status", "running").filter((row) => row.after === action.id)) {
      if (error === null) this.begin(next);
      else
        this.finish(next, {
          code: "action_failed",
          message: `not started, because action ${String(action.id)} failed`,
        });
    }
  }

  private setServerStatus(action: ActionRow, status: ServerStatus | null | undefined): void {
    const server = action.resources.find((resource) => resource.type === "server");
    if (server === undefined || status === null || status === undefined) return;
    const row = this.cloud.store.get("servers", server.id);
    if (row !== undefined) this.cloud.store.put("servers", { ...row, status });
  }

  locking(resource: ResourceRef): ActionRow[] {
    return this.cloud.store
      .find("actions", "resource", `${resource.type} ${String(resource.id)}`)
      .filter((action) => action.status === "running")
      .filter((action) => this.effects[action.command].locks?.includes(resource.type) ?? true);
  }

  assertIdle(...resources: readonly ResourceRef[]): void {
    for (const resource of resources) {
      const [action] = this.locking(resource);
      if (action === undefined) continue;
      const code = resource.type === "network" || resource.type === "firewall" ? "conflict" : "locked";
      const what = `${resource.type} ${String(resource.id)}`;
      throw new ApiError(code, `${what} is locked by action ${String(action.id)} (${action.command})`);
    }
  }

  progress(action: ActionRow): number {
    if (action.status !== "running") return 100;
    if (action.begun === null) return 0;
    const share = (this.cloud.clock.now() - action.begun) / this.milliseconds(action);
    return Math.max(0, Math.min(99, Math.floor(share * 100)));
  }

  stop(): void {
    this.stopped = true;
    for (const endDelay of this.timers.values()) endDelay();
    this.timers.clear();
  }
}

function asActionError(error: unknown): { code: string; message: string } {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  return { code: "action_failed", message: error instanceof Error ? error.message : String(error) };
}
