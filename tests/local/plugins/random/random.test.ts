import fc from "fast-check";
import { randomPlugin } from "../../../../local/plugins/random";
import { seededDraw, shuffled } from "../../../../local/plugins/random/draw";
import { servePlugin } from "../../../../provider/grpc/server";
import { Secret, UNKNOWN, type Values } from "../../../../provider/grpc/types";
import { EngineSide, urnOf } from "../../../provider/grpc/client";

let plugin: Awaited<ReturnType<typeof servePlugin>>;
let engine: EngineSide;

beforeAll(async () => {
  plugin = await servePlugin(randomPlugin);
  engine = new EngineSide(plugin.port);
});

afterAll(async () => {
  engine.close();
  await plugin.close();
});

const urn = (kind: string) => urnOf(`random:index/random${kind}:Random${kind}`, "a");
const make = (kind: string, inputs: Values) => engine.create(urn(kind), inputs);
const reveal = (value: unknown) => (value as Secret).value as string;

test("a password has the asked length and characters and is a secret", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(30), async (a, b, c, d, more) => {
      const length = Math.max(1, a + b + c + d + more);
      const inputs = { length, minLower: a, minUpper: b, minNumeric: c, minSpecial: d };
      const { id, outputs } = await make("Password", inputs);
      const result = reveal(outputs.result);
      expect(id).toBe("none");
      expect(result).toHaveLength(length);
      for (const [pattern, least] of [
        [/[a-z]/g, a],
        [/[A-Z]/g, b],
        [/\d/g, c],
        [/[^\da-zA-Z]/g, d],
      ] as const) {
        expect(result.match(pattern)?.length ?? 0).toBeGreaterThanOrEqual(least);
      }
    }),
    { numRuns: 30 },
  );
});

test("a string keeps to the allowed characters, and its id is the string", async () => {
  const { id, outputs } = await make("String", { length: 50, upper: false, special: true, overrideSpecial: "+" });
  expect(outputs.result).toMatch(/^[a-z\d+]{50}$/);
  expect(id).toBe(outputs.result);
});

test("settings that cannot be met are refused before anything is made", async () => {
  const short = await engine.check(urn("Password"), { length: 2, minLower: 3 });
  expect(short.failures).toEqual([
    { property: "", reason: "length is 2, less than the 3 characters that are asked for" },
  ]);
  const missing = await engine.check(urn("Password"), {});
  expect(missing.failures).toEqual([{ property: "length", reason: "Missing required property 'length'" }]);
  expect((await engine.check(urn("Integer"), { min: 3, max: 2 })).failures[0].reason).toContain("less than min");
  expect((await engine.check(urn("Password"), { length: UNKNOWN })).failures).toEqual([]);
});

test("all spellings of an id say the same bytes", async () => {
  const { id, outputs } = await make("Id", { byteLength: 9, prefix: "web-" });
  const bytes = Buffer.from(id, "base64url");
  expect(bytes).toHaveLength(9);
  expect(outputs).toMatchObject({
    b64Std: `web-${bytes.toString("base64")}`,
    b64Url: `web-${id}`,
    hex: `web-${bytes.toString("hex")}`,
    dec: `web-${BigInt(`0x${bytes.toString("hex")}`).toString()}`,
  });
});

test("bytes are a secret in both spellings", async () => {
  const { outputs } = await make("Bytes", { length: 32 });
  expect(Buffer.from(reveal(outputs.base64), "base64").toString("hex")).toBe(reveal(outputs.hex));
});

test("integers lie in their range and follow their seed", async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, () => make("Integer", { min: 3, max: 5 })));
  for (const { id, outputs } of numbers) {
    expect([3, 4, 5]).toContain(outputs.result);
    expect(id).toBe(String(outputs.result));
  }
  const [one, two] = await Promise.all([1, 2].map(() => make("Integer", { min: 0, max: 1e9, seed: "s" })));
  expect(one.outputs.result).toBe(two.outputs.result);
});

test("pets and UUIDs have their form", async () => {
  expect((await make("Pet", { length: 3, prefix: "my" })).id).toMatch(/^my(-[a-z]+){3}$/);
  expect((await make("Uuid", {})).id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect((await make("Uuid7", {})).id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("a shuffle has every input once before any comes again", async () => {
  const { outputs } = await make("Shuffle", { inputs: ["a", "b", "c"], resultCount: 5 });
  const results = outputs.results as string[];
  expect(results).toHaveLength(5);
  expect([...results.slice(0, 3)].sort()).toEqual(["a", "b", "c"]);
});

test("shuffling loses nothing and adds nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.string(), (values, seed) => {
      expect(shuffled(values, seededDraw(seed)).sort()).toEqual([...values].sort());
    }),
  );
});

test("a changed keeper or setting replaces, a default spelled out does not", async () => {
  const diff = (oldInputs: Values, news: Values) => engine.diff(urn("Password"), "none", { oldInputs, news });
  expect(await diff({ length: 8 }, { length: 8, special: true })).toMatchObject({ changes: "none", replaces: [] });
  expect(await diff({ length: 8 }, { length: 9 })).toMatchObject({ changes: "some", replaces: ["length"] });
  expect(await diff({ length: 8 }, { length: 8, keepers: { a: "1" } })).toMatchObject({ replaces: ["keepers"] });
});

test("a preview draws nothing", async () => {
  const { outputs } = await engine.create(urn("Password"), { length: 8 }, { preview: true });
  expect(outputs.result).toBe(UNKNOWN);
});

test("a refresh keeps the value secret, an import takes over one that exists", async () => {
  const outputs = { length: 3, result: new Secret("abc") };
  const refreshed = await engine.read(urn("Password"), "none", { inputs: { length: 3 }, outputs });
  expect(reveal(refreshed.outputs.result)).toBe("abc");
  const imported = await engine.read(urn("Password"), "s3cret");
  expect(imported).toMatchObject({ id: "none", inputs: { length: 6 } });
  expect(reveal(imported.outputs.result)).toBe("s3cret");
  await expect(engine.read(urn("Uuid"), "x")).rejects.toThrow("x is not a UUID");
});
