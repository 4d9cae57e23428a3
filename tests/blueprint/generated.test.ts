import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { sections } from "../../blueprint/sections";
import { badSettings } from "./badSettings";
import { type BadSettings, configurationOf, stackFile } from "./badSettings/badSettings";
import { repository } from "./source";

test("the editors' schema and docs/settings.md are what the schema says", () => {
  // In a process of its own: prettier is an ES module, which Jest's module system does not load.
  const script =
    'require("./blueprint/generate/index.ts").generated().then((files) => console.log(JSON.stringify(files)))';
  const output = execFileSync("node", ["-r", "ts-node/register", "-e", script], { cwd: repository, encoding: "utf8" });
  for (const [path, content] of Object.entries(JSON.parse(output) as Record<string, string>)) {
    // When this fails: make generate
    expect(readFileSync(join(repository, path), "utf8")).toBe(content);
  }
});

describe("the editors' schema", () => {
  const editors = JSON.parse(readFileSync(join(repository, "blueprint/settings.schema.json"), "utf8")) as object;
  const accepts = new Ajv2020({ strict: false }).compile(editors);

  test.each(["local", "staging", "prod"])("accepts Pulumi.%s.yaml", (stack) => {
    expect(accepts(parse(readFileSync(join(repository, `Pulumi.${stack}.yaml`), "utf8")))).toBe(true);
  });

  test("accepts secrets as Pulumi encrypts them", () => {
    const yaml = `config:
      holdfast:location: nbg1
      holdfast:failoverToken: { secure: AAABAOkQ }
      holdfast:app: { release: ./examples/guestbook, environment: { KEY: { secure: AAABAOkQ }, GREETING: Hello } }`;
    expect(accepts(parse(yaml))).toBe(true);
    expect(accepts(parse(yaml.replace("Hello", "3")))).toBe(false);
  });

  // Which addresses and days there are is beyond a pattern; rules about several settings, files and keys are beyond a JSON schema.
  const all: readonly BadSettings[] = Object.values(badSettings).flat();
  const marked = all.filter(
    (bad) =>
      !/length that no address has|byte too large|day that no calendar has/.test(bad.mistake) && isWrongByItself(bad),
  );
  test.each(marked.map((bad) => [bad.mistake, bad] as const))("marks %s", (_, bad) => {
    expect(accepts(parse(stackFile(bad)))).toBe(false);
  });
});

/** Whether a setting alone is wrong, whatever the others are. */
function isWrongByItself(bad: BadSettings): boolean {
  const written = configurationOf(bad);
  const ours = Object.keys(written).filter((key) => key.startsWith("holdfast:"));
  return (
    ours.some((key) => !(key.slice("holdfast:".length) in sections)) ||
    Object.entries(sections).some(([name, section]) => !section.safeParse(written[`holdfast:${name}`]).success)
  );
}
