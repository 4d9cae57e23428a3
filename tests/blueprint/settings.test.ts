import { z } from "zod";
import { meta, unwrap } from "../../blueprint/fields";
import { SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { sectionNames, sections } from "../../blueprint/sections";
import { settingsOf, settingsWith, sourceOf, testKey } from "./source";

test.each(["local", "staging", "prod"])("Pulumi.%s.yaml is in order", (stack) => {
  expect(settingsOf(stack).stack).toBe(stack);
});

test("what is left out has the documented default", () => {
  const { app, loadBalancer, protect } = settingsWith({}, "staging");
  expect(app).toMatchObject({ machines: 1, instances: 2, serverType: "cx23", port: 8001 });
  expect(app.timeouts).toEqual({ safe: 5, unsafe: 30 });
  expect(loadBalancer).toMatchObject({ machines: 1, serverType: "cx23", limits: { requestRatePerSource: 200 } });
  expect(protect).toBe(false);
});

test("stacks named prod are protected unless they say otherwise", () => {
  expect(settingsWith({}, "prod").protect).toBe(true);
  expect(settingsWith({}, "prod-2").protect).toBe(true);
  expect(settingsWith({}, "product").protect).toBe(false);
  expect(settingsWith({ "holdfast:protect": false }, "prod").protect).toBe(false);
});

test("a local stack lets in the local cloud's own key, from everywhere, and says nothing about it", () => {
  const { settings, warnings } = readSettings(
    parseSettings(
      sourceOf("config: { holdfast:location: nbg1, holdfast:app: { release: ./examples/guestbook } }", "local-2"),
    ),
  );
  expect(settings.admin.sshKeys).toHaveLength(1);
  expect(settings.admin.allowFrom).toEqual(["0.0.0.0/0", "::/0"]);
  expect(warnings).toEqual([]);
});

test("SSH from everywhere is warned about elsewhere", () => {
  const yaml = `config: { holdfast:location: nbg1, holdfast:app: { release: ./examples/guestbook }, holdfast:admin: { sshKeys: ["${testKey}"], allowFrom: [0.0.0.0/0] } }`;
  expect(readSettings(parseSettings(sourceOf(yaml))).warnings.map(({ wrong }) => wrong)).toContain(
    "opens SSH to the whole Internet",
  );
});

test("the example's key may be previewed, never used", () => {
  const yaml =
    "config: { holdfast:location: nbg1, holdfast:app: { release: ./examples/guestbook }, holdfast:admin: { sshKeys: [./examples/admin.pub], allowFrom: [198.51.100.0/24] } }";
  const source = sourceOf(yaml, "staging");
  expect(readSettings(parseSettings(source)).warnings.map(({ wrong }) => wrong)).toEqual(["is the example's key"]);
  expect(() => readSettings(parseSettings({ ...source, preview: false }))).toThrow(SettingsError);
});

test("values of the environment are never repeated in errors", () => {
  const yaml =
    'config: { holdfast:location: nbg1, holdfast:app: { release: ./examples/guestbook, environment: { TOKEN: ["hunter2"], PIN: 12345 } } }';
  let message = "";
  try {
    readSettings(parseSettings(sourceOf(yaml, "local")));
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain("holdfast:app.environment.TOKEN: is a list, not text");
  expect(message).not.toMatch(/hunter2|12345/);
});

test("a private key is refused without being shown", () => {
  const source = sourceOf(
    "config: { holdfast:location: nbg1, holdfast:app: { release: ./examples/guestbook }, holdfast:admin: { sshKeys: [/keys/id], allowFrom: [198.51.100.0/24] } }",
  );
  const readText = (path: string) =>
    path === "/keys/id" ? "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n" : source.readText(path);
  expect(() => readSettings(parseSettings({ ...source, readText }))).toThrow(
    /\/keys\/id is a private key[^]*name \/keys\/id.pub/,
  );
  try {
    readSettings(parseSettings({ ...source, readText }));
  } catch (error) {
    expect(String(error)).not.toContain("c2VjcmV0");
  }
});

test("what is wrong in the release's own file is told as such", () => {
  const source = sourceOf("config: { holdfast:location: nbg1, holdfast:app: { release: ./app } }", "local");
  const withManifest = (text: string) => ({
    ...source,
    readText: (path: string) => (path.endsWith("/app/holdfast.yaml") ? text : source.readText(path)),
  });
  expect(() => readSettings(parseSettings(withManifest("name: Guest Book\nversion: 1.0\n")))).toThrow(
    /holdfast.yaml.name: Guest Book is not lower-case[^]*holdfast.yaml.version: 1 is a number, not text[^]*holdfast.yaml.start: is missing/,
  );
  expect(() => readSettings(parseSettings(withManifest("name: [a\n")))).toThrow(/holdfast.yaml\): is not YAML/);
});

/** Whether a setting, or one in it, is secret. */
function holdsSecret(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  const parts = inner instanceof z.ZodObject ? (Object.values(inner.shape) as z.ZodType[]) : [];
  return meta.get(inner)?.secret === true || parts.some(holdsSecret);
}

test("sections with secrets do not get into the settings as they are written, apart from the app's environment", () => {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook" },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:https": {},
    "holdfast:database": {},
    "holdfast:backup": {},
    "holdfast:failoverToken": "a-token",
    "holdfast:monitor": { page: [{ webhook: "https://example.com/hook" }] },
  };
  const parsed = parseSettings({ ...sourceOf(JSON.stringify({ config })), isSecret: () => true });
  const settings: Record<string, unknown> = { ...readSettings(parsed).settings };
  const secretSections = sectionNames.filter((name) => name !== "app" && holdsSecret(sections[name]));
  expect(secretSections).toContain("failoverToken");
  for (const name of secretSections) {
    // A new section with secrets is written above, too.
    expect([name, parsed.sections[name]]).not.toEqual([name, undefined]);
    expect([name, settings[name] === parsed.sections[name]]).toEqual([name, false]);
  }
});
