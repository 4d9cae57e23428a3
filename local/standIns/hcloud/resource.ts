import type { Call, Values } from "../../../provider/grpc/types";
import type { HcloudClient } from "./client";
import type { Properties } from "./properties";

/** What a resource has at hand while it works. */
export interface Context {
  readonly api: HcloudClient;
  readonly log: Call["log"];
}

/**
 * One kind of resource of the hcloud package. The official plugin is two in one, and its halves behave differently:
 * `sdk` resources read the object back at the end of everything and survive failures half-way, `framework` ones take
 * the answer as it comes and leave things behind.
 */
export interface Resource<Inputs = never> {
  readonly group: "sdk" | "framework";
  readonly properties: Properties;
  /** Outputs that are no inputs. */
  readonly outputs: readonly string[];
  /** Whether a name is made up when the program gives none. */
  readonly namedAutomatically?: boolean;
  /** Refuses at Diff what the official plugin refuses there. */
  checkPlan?(inputs: Inputs): void;
  /** Settles in a preview what the tables cannot. */
  plan?(state: Values, inputs: Inputs): Values;
  /**
   * Makes the thing. `sdk` resources say its id as soon as they know it and leave reading to `read`; `framework` ones
   * return the state.
   */
  create(context: Context, inputs: Inputs, known: (id: string) => void): Promise<Values | undefined>;
  /**
   * The thing's state, with its `id`; `undefined` when it is gone.
   *
   * @param prior what the state is known to be, for what the API does not tell; empty for an import
   */
  read(context: Context, id: string, prior: Values): Promise<(Values & { id: string }) | undefined>;
  /** `framework` resources return the state. */
  update?(context: Context, change: Update<Inputs>): Promise<Values | undefined>;
  delete(context: Context, id: string, state: Values): Promise<void>;
}

/** What an update gets. */
export interface Update<Inputs> {
  readonly id: string;
  /** Names of the properties that changed. */
  readonly changed: ReadonlySet<string>;
  readonly news: Inputs;
  /** The state before. */
  readonly olds: Values;
}
