import type { ActionRow, ResourceRef } from "../rows";
import type { Command } from "./delays";

/** How a new action begins. */
export interface NewAction {
  readonly input?: Readonly<Record<string, unknown>>;
  /** The action that has to succeed first. */
  readonly after?: ActionRow;
}

/** The actions of one local cloud: asynchronous work that clients watch, as at Hetzner. */
export interface Actions {
  /** Multiplies how long every action takes. */
  readonly factor: number;
  /** @throws when the factor is not greater than 0: delays are never zero */
  setFactor(factor: number): void;
  /** Inside a transaction: an action that begins once the transaction is on the disk (or after the action before it). */
  create(command: Command, resources: readonly ResourceRef[], options?: NewAction): ActionRow;
  /** Takes up again what a crash interrupted. */
  resume(): void;
  /** The running actions that keep this resource from taking another. */
  locking(resource: ResourceRef): ActionRow[];
  /** @throws locked, for networks and firewalls conflict, while an action works on one of the resources */
  assertIdle(...resources: readonly ResourceRef[]): void;
  /** Percent; 100 only once the action has ended. */
  progress(action: ActionRow): number;
  /** Ends no action: those that run are taken up again by the next start. */
  stop(): void;
}
