import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Driver, ZoneSpec } from "../driver";
import { addressPlan, type AddressPlan } from "../network/addresses";
import { ActionRunner } from "./service/actions/runner";
import { systemClock, type Clock } from "./service/clock";
import type { Cloud } from "./service/cloud";
import { Provisioner } from "./service/provisioner";
import { metadataAnswer, type MetadataAnswer } from "./service/metadata";
import { effects, operations } from "./service/operations";
import { reconcile } from "./service/reconcile";
import { indexes, type Tables } from "./service/rows";
import { pollStorageBoxes } from "./service/storageBoxes/pollBoxes";
import { pollMachines } from "./service/pollMachines";
import { Store } from "./store/store";
import { transport } from "./transport/server";

/** How one local cloud's API is set up. */
export interface ApiOptions {
  /** Where the store keeps its files. */
  readonly directory: string;
  readonly driver: Driver;
  readonly token: string;
  /** More projects, by name: a token sees what is in its own project. @default none */
  readonly projects?: Readonly<Record<string, string>>;
  /** @default one that is free */
  readonly port?: number;
  /** Multiplies how long actions take; greater than 0. @default 1 */
  readonly delayFactor?: number;
  readonly log?: (line: string) => void;
  /** Requests an hour. @default 3600, as at Hetzner */
  readonly rateLimit?: number;
  readonly clock?: Clock;
  /** Where public addresses come from. @default those of the local cloud in slot 0 */
  readonly addresses?: AddressPlan;
}

/** The API while it serves. */
export interface RunningApi {
  readonly port: number;
  /** e.g. `http://127.0.0.1:7411/v1` */
  readonly endpoint: string;
  /** What a server's metadata service answers to a path such as `/hetzner/v1/metadata/hostname`. */
  metadataAnswer(serverId: number, path: string): MetadataAnswer;
  /** The DNS zones of all projects. */
  zones(): readonly ZoneSpec[];
  /** Answers a request that did not come over loopback: machines reach the API through a relay in their network. */
  readonly answer: RequestListener;
  /** Stops answering; machines go on, and the next start finds them. */
  close(): Promise<void>;
}

/**
 * Starts the API on loopback, with what its directory remembers. Resolves once machines that should run do run again;
 * the API answers before that.
 *
 * @throws when the port is taken, the delay factor is not greater than 0, or the write-ahead log is damaged
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const store = new Store<Tables>(options.directory, indexes);
  try {
    return await serve(options, store);
  } catch (error) {
    // A second try, on another port for example, needs the files closed.
    store.close();
    throw error;
  }
}

async function serve(options: ApiOptions, store: Store<Tables>): Promise<RunningApi> {
  const log = options.log ?? (() => undefined);
  const provisioner = new Provisioner(options.driver, store, log);
  const addresses = options.addresses ?? addressPlan(0);
  const clock = options.clock ?? systemClock;
  // The cloud and its actions need each other.
  const cloud: Cloud = {
    store,
    allProjects: store,
    provisioner,
    log,
    addresses,
    clock,
    get actions() {
      return actions;
    },
  };
  const actions = new ActionRunner(cloud, effects, options.delayFactor ?? 1);

  const { token, projects = {}, rateLimit = 3600 } = options;
  const app = transport({ cloud, operations, token, projects, rateLimit });
  await app.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  await reconcile(cloud);
  const endWatches = [pollMachines(cloud), pollStorageBoxes(cloud)];

  return {
    port,
    endpoint: `http://127.0.0.1:${String(port)}/v1`,
    metadataAnswer: (serverId, path) => metadataAnswer(store, serverId, path),
    zones: () => store.all("zones").map(({ name, published }) => ({ name, sets: published })),
    answer: (request, response) => {
      app.routing(request, response);
    },
    close: async () => {
      for (const endWatch of endWatches) endWatch();
      cloud.actions.stop();
      await app.close();
      await provisioner.idle();
      store.close();
    },
  };
}
