import type { JsonObject } from "./jsonSchema";
import generated from "./generated/contract.json";

/** One operation of the Hetzner Cloud API, as its published schema has it, without prose. */
export interface ContractOperation {
  /** Method and path, e.g. `POST /servers/{id}/actions/poweron`: how routes, faults and the call log call it. */
  readonly name: string;
  /** HTTP status of a successful answer. */
  readonly status: number;
  /** JSON schema of the request's body; absent: takes none. */
  readonly body?: JsonObject;
  /** Query parameters; a list holds the values that `sort` and the like allow. */
  readonly query?: Readonly<Record<string, readonly string[] | true>>;
}

/** Every operation of the published schema. */
export const contract = generated.operations as unknown as readonly ContractOperation[];

/** e.g. `POST`. */
export function methodOf(operation: ContractOperation): string {
  return operation.name.slice(0, operation.name.indexOf(" "));
}

/** e.g. `/servers/{id}/actions/poweron`, without the API's version. */
export function pathOf(operation: ContractOperation): string {
  return operation.name.slice(operation.name.indexOf(" ") + 1);
}
