import { parse } from "yaml";
import { plainSettings } from "../../../stack/preview/plainSettings";

const text = `
encryptionsalt: v1:abc:def
config:
  hcloud:token: { secure: v1:one }
  holdfast:location: nbg1
  holdfast:app:
    environment:
      KEY: { secure: v1:two }
      with-dash: { secure: v1:two }
      LIST: [plain, { secure: v1:three }]
`;

test("encrypted values become words, whatever their depth, and the way to decrypt them goes", () => {
  const { yaml, secrets } = plainSettings(text);
  const { config, ...rest } = parse(yaml) as { config: Record<string, unknown> };
  expect(rest).toEqual({});
  expect(Object.keys(secrets)).toEqual([
    "hcloud:token",
    "holdfast:app.environment.KEY",
    'holdfast:app.environment["with-dash"]',
    "holdfast:app.environment.LIST[1]",
  ]);
  expect(config["holdfast:location"]).toBe("nbg1");
  expect(yaml).not.toContain("secure");
});

test("the same ciphertext is the same word, another one another; none says anything of the secret", () => {
  const { secrets } = plainSettings(text);
  const [token, key, dashed] = Object.values(secrets);
  expect(key).toBe(dashed);
  expect(key).not.toBe(token);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
});

test("settings without secrets, or without anything", () => {
  expect(plainSettings("config:\n  holdfast:location: nbg1\n").secrets).toEqual({});
  expect(plainSettings("")).toEqual({ yaml: "config: {}\n", secrets: {} });
});
