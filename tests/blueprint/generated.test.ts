import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { repository } from "./source";

test("the editors' schema and docs/settings.md are what the schema says", () => {
  // In a process of its own: prettier is an ES module, which Jest's module system does not load.
  const script = 'require("./blueprint/generate.ts").generated().then((files) => console.log(JSON.stringify(files)))';
  const output = execFileSync("node", ["-r", "tsx/cjs", "-e", script], { cwd: repository, encoding: "utf8" });
  for (const [path, content] of Object.entries(JSON.parse(output) as Record<string, string>)) {
    // When this fails: npx tsx blueprint/generate.ts
    expect(readFileSync(join(repository, path), "utf8")).toBe(content);
  }
});

describe("the editors' schema", () => {
  const schema = JSON.parse(readFileSync(join(repository, "blueprint/settings.schema.json"), "utf8")) as object;
  const accepts = new Ajv2020({ strict: false }).compile(schema);

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

  // Rules about several settings, files and keys are beyond a JSON schema.
  const beyond =
    /release-without|elsewhere|memory|ports-meet|given|crossed|none-for-many|admin-missing|-key-|host-bits|prefix|plain/;
  const folder = join(__dirname, "bad");
  test.each(readdirSync(folder).filter((name) => !beyond.test(name)))("marks what is wrong in %s", (name) => {
    expect(accepts(parse(readFileSync(join(folder, name), "utf8")))).toBe(false);
  });
});
