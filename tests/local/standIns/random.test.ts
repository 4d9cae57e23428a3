import fc from "fast-check";
import { randomStandIn, shuffled } from "../../../local/standIns/random";
import { serveProvider } from "../../../provider/grpc/server";
import { Secret, UNKNOWN, type Values } from "../../../provider/grpc/types";
import { EngineSide, urnOf } from "../../provider/grpc/client";

let standIn: Awaited<ReturnType<typeof serveProvider>>;
let engine: EngineSide;

beforeAll(async () => {
  standIn = await serveProvider(randomStandIn);
  engine = new EngineSide(standIn.port);
});

afterAll(async () => {
  engine.close();
  await standIn.close();
});

const urn = urnOf("random:index/randomPassword:RandomPassword", "a");
const reveal = (value: unknown) => (value as Secret).value as string;

test("a password has the asked length and characters and is a secret", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(30), async (a, b, c, d, more) => {
      const length = Math.max(1, a + b + c + d + more);
      const inputs = { length, minLower: a, minUpper: b, minNumeric: c, minSpecial: d };
      const { id, outputs } = await engine.create(urn, inputs);
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

test("a password has no characters but the allowed ones", async () => {
  const { outputs } = await engine.create(urn, { length: 50, upper: false, special: true, overrideSpecial: "+" });
  expect(reveal(outputs.result)).toMatch(/^[a-z\d+]{50}$/);
});

test("settings that cannot be met are refused before anything is made", async () => {
  const short = await engine.check(urn, { length: 2, minLower: 3 });
  expect(short.failures).toEqual([
    { property: "", reason: "length is 2, less than the 3 characters that are asked for" },
  ]);
  const missing = await engine.check(urn, {});
  expect(missing.failures).toEqual([{ property: "length", reason: "Missing required property 'length'" }]);
  expect((await engine.check(urn, { length: UNKNOWN })).failures).toEqual([]);
});

test("shuffling loses nothing and adds nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      expect(shuffled(values).sort()).toEqual([...values].sort());
    }),
  );
});

test("a changed keeper or setting replaces, a default spelled out does not", async () => {
  const diff = (oldInputs: Values, news: Values) => engine.diff(urn, "none", { oldInputs, news });
  expect(await diff({ length: 8 }, { length: 8, special: true })).toMatchObject({ changes: "none", replaces: [] });
  expect(await diff({ length: 8 }, { length: 9 })).toMatchObject({ changes: "some", replaces: ["length"] });
  expect(await diff({ length: 8 }, { length: 8, keepers: { a: "1" } })).toMatchObject({ replaces: ["keepers"] });
});

test("a preview draws nothing", async () => {
  const { outputs } = await engine.create(urn, { length: 8 }, { preview: true });
  expect(outputs.result).toBe(UNKNOWN);
});

test("a refresh keeps the value secret, an import takes over one that exists", async () => {
  const outputs = { length: 3, result: new Secret("abc") };
  const refreshed = await engine.read(urn, "none", { inputs: { length: 3 }, outputs });
  expect(reveal(refreshed.outputs.result)).toBe("abc");
  const imported = await engine.read(urn, "s3cret");
  expect(imported).toMatchObject({ id: "none", inputs: { length: 6 } });
  expect(reveal(imported.outputs.result)).toBe("s3cret");
});

test("another kind of random value is refused with the way out", async () => {
  await expect(engine.check(urnOf("random:index/randomPet:RandomPet", "a"), {})).rejects.toThrow(
    /no resource type random:index\/randomPet:RandomPet\. .*HOLDFAST_PLUGINS=official/,
  );
});
