import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRevision, workingTree } from "../../../stack/preview/revision";
import { repository } from "../../blueprint/source";
import { testFolder } from "../../support/folder";

const folder = testFolder();
const hasHistory = existsSync(join(repository, ".git"));

(hasHistory ? describe : describe.skip)("a commit", () => {
  test("is unpacked with its program and settings, and goes when it is not needed any more", async () => {
    const revision = await openRevision("HEAD");
    const committed = execFileSync("git", ["show", "HEAD:Pulumi.prod.yaml"], { cwd: repository, encoding: "utf8" });
    expect(revision.settings("prod")).toBe(committed);
    expect(revision.settings("no-such-stack")).toBeUndefined();
    expect(revision.stacks()).toEqual(expect.arrayContaining(["prod", "staging"]));
    expect(revision.stacks()).not.toContain("local");
    expect(existsSync(join(revision.folder, "node_modules/@pulumi/pulumi"))).toBe(true);
    revision.close();
    expect(existsSync(revision.folder)).toBe(false);
    // The packages that it linked to are still there.
    expect(existsSync(join(repository, "node_modules/@pulumi/pulumi"))).toBe(true);
  });

  test.each(["no-such-branch", "--output=/tmp/x", ""])("%p is refused in words", async (name) => {
    await expect(openRevision(name)).rejects.toThrow("neither a file nor a commit, branch or tag");
  });
});

test("a file is one stack's settings, for this checkout's program", async () => {
  const file = join(folder, "Pulumi.eu.yaml");
  writeFileSync(file, "config: {}\n");
  const revision = await openRevision(file);
  expect(revision.stacks()).toEqual(["eu"]);
  expect(revision.settings("anything")).toBe("config: {}\n");
  expect(revision.folder).toBe(repository);
  revision.close();
  expect(existsSync(file)).toBe(true);
});

test("the working tree is what stands there now", () => {
  const tree = workingTree();
  expect(tree.settings("prod")).toBe(readFileSync(join(repository, "Pulumi.prod.yaml"), "utf8"));
  tree.close();
  expect(existsSync(tree.folder)).toBe(true);
});
