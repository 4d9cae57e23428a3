import { secureDraw, shuffled } from "./draw";
import type { RandomKind } from "./resource";
import type { Values } from "../../../provider/grpc/types";

const classes = [
  { setting: "lower", minimum: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { setting: "upper", minimum: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { setting: "numeric", minimum: "minNumeric", characters: "0123456789" },
  { setting: "special", minimum: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
] as const;

/** RandomString and RandomPassword: the same text, but one is a secret and its id may not be the text. */
function text(secret: boolean): RandomKind {
  return {
    settings: {
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
    },
    required: ["length"],
    generated: ["result"],
    secret: secret ? ["result"] : [],
    check: (settings) => {
      const length = Number(settings.length);
      const least = classes.reduce((sum, { minimum }) => sum + Number(settings[minimum]), 0);
      if (!(length >= 1)) return `length is ${String(settings.length)}; it has to be at least 1`;
      if (least > length)
        return `length is ${String(length)}, less than the ${String(least)} characters that are asked for`;
      if (alphabet(settings).length === 0) return "no kind of character is allowed";
      return undefined;
    },
    generate: (settings) => {
      const result = compose(settings);
      return { id: secret ? "none" : result, outputs: { result } };
    },
    adopt: (value) => ({
      id: secret ? "none" : value,
      settings: { length: value.length },
      outputs: { result: value },
    }),
  };
}

export const randomString = text(false);
export const randomPassword = text(true);

/** First the characters that have to be in it, then any of the allowed ones, then all in random order. */
function compose(settings: Values): string {
  const pick = (characters: string) => characters[secureDraw(characters.length)];
  const chosen = classes.flatMap(({ minimum, setting }) =>
    Array.from({ length: Number(settings[minimum]) }, () => pick(charactersOf(setting, settings))),
  );
  const all = alphabet(settings);
  while (chosen.length < Number(settings.length)) chosen.push(pick(all));
  return shuffled(chosen, secureDraw).join("");
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
