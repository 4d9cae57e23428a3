import type { Cloud } from "./cloud";

/** A request after validation against the contract. */
export interface Request {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly body: unknown;
}

/** One object as the API shows it. */
export type View = Readonly<Record<string, unknown>>;

/**
 * What the service does for one operation of the contract. A list gives everything there is: filtering, sorting and
 * paging are the same for all kinds and belong to the transport. A call runs in a transaction: what it throws undoes it.
 */
export type Operation =
  | { readonly kind: "list"; readonly key: string; readonly all: (cloud: Cloud, request: Request) => readonly View[] }
  | { readonly kind: "call"; readonly run: (cloud: Cloud, request: Request) => View | undefined };

/** By the contract's name, e.g. `POST /servers/{id}/actions/poweron`. */
export type Operations = Readonly<Record<string, Operation>>;

/** An operation that gives all objects of a kind, under this key. */
export function list(key: string, all: (cloud: Cloud, request: Request) => readonly View[]): Operation {
  return { kind: "list", key, all };
}

/** `Body` is what the contract's schema has made sure of. */
export function call<Body>(
  run: (cloud: Cloud, body: Body, params: Readonly<Record<string, string>>, request: Request) => View,
): Operation {
  return { kind: "call", run: (cloud, request) => run(cloud, request.body as Body, request.params, request) };
}

/** An operation whose answer has no content. */
export function callWithoutAnswer(run: (cloud: Cloud, id: string) => void): Operation {
  return {
    kind: "call",
    run: (cloud, request) => {
      run(cloud, request.params.id);
      return undefined;
    },
  };
}
