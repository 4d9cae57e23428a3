import { unwrap } from "../../grpc/secrets";
import { Secret, type Values } from "../../grpc/types";
import type { ConfigurationInputs } from "../inputs";

/** The inputs as the rest of the plugin knows them; `check` has looked at their shape. */
export function plainInputs(inputs: Values): ConfigurationInputs {
  return unwrap(inputs) as unknown as ConfigurationInputs;
}

/** All texts that are secret, at any depth: what may not appear in a message. */
export function secretTexts(value: unknown, isSecret = false): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return isSecret ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((entry) => secretTexts(entry, isSecret));
}

/** `value`, made secret when what stands in its place now is. */
export function withSameSecrecy(model: unknown, value: unknown): unknown {
  return model instanceof Secret ? new Secret(value) : value;
}

/** An object's fields, whether it is wrapped as a whole or not. */
export function fieldsOf(value: unknown): Values {
  const plain = value instanceof Secret ? value.value : value;
  return typeof plain === "object" && plain !== null ? (plain as Values) : {};
}
