import { secureDraw, seededDraw, shuffled } from "./draw";
import type { RandomKind } from "./resource";

/** RandomInteger: from `min` to `max`, both included. */
export const randomInteger: RandomKind = {
  settings: { min: null, max: null, seed: null },
  required: ["min", "max"],
  generated: ["result"],
  check: ({ min, max }) => {
    if (Number(max) < Number(min)) return `max is ${String(max)}, less than min, which is ${String(min)}`;
    if (Number(max) - Number(min) >= 2 ** 48)
      return "max is 2^48 or more above min; no number can be drawn from so many";
    return undefined;
  },
  generate: ({ min, max, seed }) => {
    const draw = typeof seed === "string" ? seededDraw(seed) : secureDraw;
    const result = Number(min) + draw(Number(max) - Number(min) + 1);
    return { id: String(result), outputs: { result } };
  },
  adopt: (given) => {
    const [result, min, max, seed] = given.split(",");
    if (max === undefined) throw new Error(`${given} cannot be imported: write result,min,max or result,min,max,seed.`);
    const settings = { min: Number(min), max: Number(max), ...(seed === undefined ? {} : { seed }) };
    return { id: result, settings, outputs: { result: Number(result) } };
  },
};

/** RandomShuffle: `resultCount` of the inputs in random order; more than there are: the inputs again, in another order. */
export const randomShuffle: RandomKind = {
  settings: { inputs: null, resultCount: null, seed: null },
  required: ["inputs"],
  generated: ["results"],
  generate: ({ inputs, resultCount, seed }) => {
    const draw = typeof seed === "string" ? seededDraw(seed) : secureDraw;
    const values = inputs as string[];
    const count = values.length === 0 ? 0 : Number(resultCount ?? values.length);
    const results: string[] = [];
    while (results.length < count) results.push(...shuffled(values, draw));
    return { id: "-", outputs: { results: results.slice(0, count) } };
  },
};
