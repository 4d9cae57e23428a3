import type { ApiError } from "../service/errors";

/** Hetzner's error codes and their HTTP status; a code that is not here is 422. */
const statuses: Readonly<Record<string, number>> = {
  json_error: 400,
  unauthorized: 401,
  forbidden: 403,
  protected: 403,
  resource_limit_exceeded: 403,
  not_found: 404,
  firewall_resource_not_found: 404,
  uniqueness_error: 409,
  conflict: 409,
  deprecated_api_endpoint: 410,
  resource_unavailable: 412,
  locked: 423,
  rate_limit_exceeded: 429,
  server_error: 500,
  not_implemented: 501,
  unavailable: 503,
  maintenance: 503,
};

/** The HTTP status that Hetzner sends with this code; 422 for those that are not listed. */
export function statusOf(code: string): number {
  return statuses[code] ?? 422;
}

/** The body of a refusal. */
export function errorBody(error: Pick<ApiError, "code" | "message" | "details">): object {
  return { error: { code: error.code, message: error.message, details: error.details ?? {} } };
}
