import { unwrap } from "../../grpc/secrets";
import { Secret, type Values } from "../../grpc/types";
import type { ConfigurationInputs } from "../inputs";

/** The inputs without secrets' wrapping; `check` has checked their shape. */
export function plainInputs(inputs: Values): ConfigurationInputs {
  return unwrap(inputs) as unknown as ConfigurationInputs;
}

/** All secret texts, at any depth: they may not appear in messages. */
export function secretTexts(value: unknown, isSecret = false): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return isSecret ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((entry) => secretTexts(entry, isSecret));
}

/** `value`, wrapped as a secret if `model` is one. */
export function withSameSecrecy(model: unknown, value: unknown): unknown {
  return model instanceof Secret ? new Secret(value) : value;
}

/** An object's fields, whether it is wrapped as a whole or not. */
export function fieldsOf(value: unknown): Values {
  const plain = value instanceof Secret ? value.value : value;
  return typeof plain === "object" && plain !== null ? (plain as Values) : {};
}
