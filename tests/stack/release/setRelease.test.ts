import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { textWithRelease } from "../../../stack/release/setRelease";

const repository = join(__dirname, "../../..");

test.each(["local", "staging", "prod"])(
  "only the release of Pulumi.%s.yaml changes, not a character beside it",
  (stack) => {
    const before = readFileSync(join(repository, `Pulumi.${stack}.yaml`), "utf8").split("\n");
    const after = (textWithRelease(before.join("\n"), "guestbook@1.4.0") ?? "").split("\n");
    const changed = after.flatMap((line, index) => (line === before[index] ? [] : [line.trim()]));
    expect(after).toHaveLength(before.length);
    expect(changed).toEqual(["release: guestbook@1.4.0"]);
  },
);

const address = `https://example.org/a b/shop.tar.gz#sha256=${"0".repeat(64)}`;

test.each([
  ["in one line", "config:\n  holdfast:app: { release: ./shop, machines: 2 } # two\n"],
  ["in quotes", 'config:\n  holdfast:app:\n    release: "./shop" # ours\n'],
  ["not there yet", "config:\n  # What runs.\n  holdfast:app:\n    machines: 2 # two\n"],
])("a release that is %s", (_how, text) => {
  for (const release of ["shop@1.4.0", `shop@sha256:${"ab".repeat(32)}`, "./shop", address]) {
    const changed = textWithRelease(text, release) ?? "";
    const { config } = parse(changed) as { config: Record<string, { release: string }> };
    expect(config["holdfast:app"]?.release).toBe(release);
    expect(changed.match(/ # .*/g)).toEqual(text.match(/ # .*/g));
  }
});

test("a file that is not YAML, or has no app, has no place for a release", () => {
  expect(textWithRelease("config: [", "shop@1.4.0")).toBeUndefined();
  expect(textWithRelease("config: {}\n", "shop@1.4.0")).toBeUndefined();
});
