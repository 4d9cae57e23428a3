/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** e.g. `rules.0.port` */
  readonly name: string;
  readonly messages: readonly string[];
}

/** A refusal as a client sees it; `code` is one of Hetzner's. The transport knows which HTTP status it is. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** A field's value is not acceptable. */
export function invalidField(name: string, message: string): ApiError {
  return invalidInput([{ name, messages: [message] }]);
}

/** 422 with everything that is wrong with a request, field by field. */
export function invalidInput(fields: readonly FieldProblem[]): ApiError {
  const summary = fields.map((field) => `${field.name}: ${field.messages.join(", ")}`).join("; ");
  return new ApiError("invalid_input", `invalid input in ${summary}`, { fields });
}

/** 404 in Hetzner's words. */
export function notFound(kind: string, id: number | string): ApiError {
  return new ApiError("not_found", `${kind} with ID '${String(id)}' not found`);
}

/** 501: an operation of the contract that the local cloud has left out (docs/limits.md). */
export function notBuilt(what: string): ApiError {
  return new ApiError("not_implemented", `${what}: the local cloud does not do this (docs/limits.md says why)`);
}
