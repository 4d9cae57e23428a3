import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import type { SettingsSource } from "../../blueprint/settingsSource";
import { sourceOf, testKey } from "./source";

const token = "hunter2".repeat(9);

/** A stack that is about to be brought up, with this many load balancers and this token. */
function source(given: { stack?: string; loadBalancers?: number; token?: string }): SettingsSource {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook" },
    "holdfast:loadBalancer": { machines: given.loadBalancers ?? 1 },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    ...(given.token !== undefined && { "holdfast:failoverToken": given.token }),
  };
  const isSecret = (key: string) => key === "holdfast:failoverToken";
  return { ...sourceOf(JSON.stringify({ config }), given.stack ?? "prod"), preview: false, isSecret };
}

test.each([1, 2])("without it, machines are not made with load balancers: %i", (loadBalancers) => {
  expect(() => readSettings(parseSettings(source({ loadBalancers })))).toThrow(
    /holdfast:failoverToken: is missing[^]*Fix: make a read-write token in this environment's own project[^]*--secret/,
  );
});

test("a preview does without, so it needs no account", () => {
  expect(readSettings(parseSettings({ ...source({}), preview: true })).secrets.failoverToken).toBeUndefined();
});

test("so does a stack without load balancers, which has no address to move", () => {
  expect(readSettings(parseSettings(source({ loadBalancers: 0 }))).secrets.failoverToken).toBeUndefined();
});

test("so does a local stack: its cloud has one token for everybody", () => {
  expect(
    readSettings(parseSettings(source({ stack: "local", loadBalancers: 2 }))).secrets.failoverToken,
  ).toBeUndefined();
});

test("it is handed over beside the settings, never in them: whoever sees a blueprint sees settings", () => {
  const { secrets, settings } = readSettings(parseSettings(source({ token })));
  expect(secrets.failoverToken).toBe(token);
  expect(JSON.stringify(settings)).not.toContain(token);
});

test.each([true, false])("in plain text it is refused without being shown, in a preview too (%s)", (preview) => {
  const refused = () => readSettings(parseSettings({ ...source({ token }), preview, isSecret: () => false }));
  expect(refused).toThrow(/holdfast:failoverToken: is written in plain text[^]*revoke that token/);
  expect(refused).not.toThrow(token);
});

test("a token with spaces in it is refused without being shown", () => {
  const refused = () => readSettings(parseSettings(source({ token: `${token} ` })));
  expect(refused).toThrow(/holdfast:failoverToken/);
  expect(refused).not.toThrow(token);
});
