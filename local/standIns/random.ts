import { randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { Secret, UNKNOWN, type ProviderDefinition, type ResourceHandler, type Values } from "../../provider/grpc/types";
import { PLUGINS } from "../../toolchain/versions";
import { HINT } from "./hint";

const classes = [
  { setting: "lower", minimum: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { setting: "upper", minimum: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { setting: "numeric", minimum: "minNumeric", characters: "0123456789" },
  { setting: "special", minimum: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
] as const;

/** Every input with its default. */
const defaults: Values = {
  keepers: null,
  length: null,
  lower: true,
  upper: true,
  numeric: true,
  number: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
  overrideSpecial: null,
};

/** RandomPassword: drawn once and kept. A change of any input or keeper replaces it. */
const randomPassword: ResourceHandler = {
  check: ({ news }) => {
    const missing = isSet(news.length) ? [] : [{ property: "length", reason: "Missing required property 'length'" }];
    const strange = Object.keys(news)
      .filter((property) => !(property in defaults))
      .map((property) => ({ property, reason: `'${property}' is not a property of this resource` }));
    const isKnown = missing.length === 0 && !Object.values(news).includes(UNKNOWN);
    const reason = isKnown ? problemOf(complete(news)) : undefined;
    return { inputs: news, failures: [...missing, ...strange, ...(reason ? [{ property: "", reason }] : [])] };
  },

  diff: ({ oldInputs, news }) => {
    const [before, after] = [complete(oldInputs), complete(news)];
    const changed = Object.keys(defaults).filter((name) => !isDeepStrictEqual(before[name], after[name]));
    return {
      changes: changed.length > 0,
      replaces: changed,
      diffs: changed,
      detailed: Object.fromEntries(changed.map((name) => [name, kindOf(before[name], after[name])])),
    };
  },

  create: ({ inputs, preview }) => {
    const settings = complete(inputs);
    const result = preview ? UNKNOWN : new Secret(compose(settings));
    return Promise.resolve({ id: preview ? "" : "none", outputs: { ...settings, result } });
  },

  read: ({ id, inputs, outputs }) => {
    if (Object.keys(outputs).length > 0) {
      return Promise.resolve({ id, inputs, outputs: { ...outputs, result: new Secret(outputs.result) } });
    }
    // An import: its id is the password.
    const settings = { length: id.length };
    return Promise.resolve({
      id: "none",
      inputs: settings,
      outputs: { ...complete(settings), result: new Secret(id) },
    });
  },
};

/** Stand-in for the official random plugin, of the version that the npm package @pulumi/random has. */
export const randomStandIn: ProviderDefinition = {
  name: "random",
  version: PLUGINS.random,
  hint: HINT,
  resources: { "random:index/randomPassword:RandomPassword": randomPassword },
};

function problemOf(settings: Values): string | undefined {
  const length = Number(settings.length);
  const least = classes.reduce((sum, { minimum }) => sum + Number(settings[minimum]), 0);
  if (!(length >= 1)) return `length is ${String(settings.length)}; it has to be at least 1`;
  if (least > length)
    return `length is ${String(length)}, less than the ${String(least)} characters that are asked for`;
  return alphabet(settings).length === 0 ? "no kind of character is allowed" : undefined;
}

/** First the characters that have to be in it, then any of the allowed ones, then all in random order. */
function compose(settings: Values): string {
  const pick = (characters: string) => characters[randomInt(characters.length)];
  const chosen = classes.flatMap(({ minimum, setting }) =>
    Array.from({ length: Number(settings[minimum]) }, () => pick(charactersOf(setting, settings))),
  );
  const all = alphabet(settings);
  while (chosen.length < Number(settings.length)) chosen.push(pick(all));
  return shuffled(chosen).join("");
}

function alphabet(settings: Values): string {
  return classes
    .filter(({ setting }) => settings[setting] && (setting !== "numeric" || settings.number))
    .map(({ setting }) => charactersOf(setting, settings))
    .join("");
}

function charactersOf(setting: string, settings: Values): string {
  if (setting === "special" && typeof settings.overrideSpecial === "string") return settings.overrideSpecial;
  return classes.find((one) => one.setting === setting)?.characters ?? "";
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(values: readonly T[]): T[] {
  const copy = [...values];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

function complete(inputs: Values): Values {
  return { ...defaults, ...Object.fromEntries(Object.entries(inputs).filter(([, value]) => isSet(value))) };
}

function kindOf(before: unknown, after: unknown): "add-replace" | "delete-replace" | "update-replace" {
  if (!isSet(before)) return "add-replace";
  return isSet(after) ? "update-replace" : "delete-replace";
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined;
}
