import { secureDraw } from "./draw";
import type { RandomKind } from "./resource";

const adverbs =
  "briefly calmly eagerly early fairly firmly gladly neatly openly quietly rarely slowly softly warmly".split(" ");
const adjectives =
  "able amber brave bright brisk civil clever coastal crisp early eager fair fond gentle grand honest humble jolly keen kind lively loyal lucky mellow modest noble polite proud quick quiet ready rapid sharp sober steady sturdy sunny swift tidy tidal vivid warm wise young".split(
    " ",
  );
const animals =
  "auk badger beaver bison bream cod coot crab crane dolphin eel egret falcon fox gannet goby gull heron herring hound ibis jackdaw kestrel kelpie lark limpet lobster lynx mackerel marten mole mussel newt osprey otter owl oyster pike plover puffin ray seal shrew skua snipe sole squid stoat swan teal tern trout vole walrus whelk wren".split(
    " ",
  );

/** RandomPet: a name that people can remember. The words are our own, the form is the official one. */
export const randomPet: RandomKind = {
  settings: { length: 2, prefix: null, separator: "-" },
  generated: [],
  check: ({ length }) => (Number(length) >= 1 ? undefined : `length is ${String(length)}; it has to be at least 1`),
  generate: ({ length, prefix, separator }) => {
    const pick = (words: readonly string[]) => words[secureDraw(words.length)];
    const words = [pick(animals)];
    if (Number(length) > 1) words.unshift(pick(adjectives));
    while (words.length < Number(length)) words.unshift(pick(adverbs));
    if (typeof prefix === "string") words.unshift(prefix);
    return { id: words.join(String(separator)), outputs: {} };
  },
};
