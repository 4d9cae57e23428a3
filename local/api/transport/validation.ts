import Ajv, { type ErrorObject } from "ajv";
import { contract, type ContractOperation } from "../contract/contract";
import { invalidInput, type FieldProblem } from "../service/errors";

// Unknown keys pass, as they do at Hetzner.
const ajv = new Ajv({ allErrors: true, strict: false, messages: true });

/** @throws invalid_input with one entry for every field that does not fit the contract */
export function checkBody(operation: ContractOperation, body: unknown): void {
  if (operation.body === undefined) return;
  // Compiled at the first call, as most runs use few of the operations; ajv keeps it from then on.
  const validator = ajv.compile(operation.body);
  if (validator(body)) return;
  throw invalidInput(problemsOf(validator.errors ?? []));
}

function problemsOf(errors: readonly ErrorObject[]): FieldProblem[] {
  const messages = new Map<string, string[]>();
  for (const error of errors) {
    const path = error.instancePath.split("/").slice(1);
    if (error.keyword === "required") path.push((error.params as { missingProperty: string }).missingProperty);
    const field = path.length === 0 ? "body" : path.join(".");
    const message = error.keyword === "required" ? "is required" : describe(error);
    messages.set(field, [...(messages.get(field) ?? []), message]);
  }
  return [...messages].map(([name, list]) => ({ name, messages: list }));
}

function describe(error: ErrorObject): string {
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues;
  return allowed === undefined ? (error.message ?? error.keyword) : `must be one of ${allowed.join(", ")}`;
}

/** The operation of this name. @throws when the contract has none: a mistake in the code */
export function operationNamed(name: string): ContractOperation {
  const operation = contract.find((candidate) => candidate.name === name);
  if (operation === undefined) throw new Error(`the contract has no operation "${name}"`);
  return operation;
}
