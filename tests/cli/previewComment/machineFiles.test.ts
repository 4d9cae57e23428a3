import { fileChanges } from "../../../cli/previewComment/machineFiles";
import { resourceChanges } from "../../../stack/preview/resources";
import { archiveChanges } from "../../../cli/previewComment/services";
import { UNKNOWN } from "../../../provider/grpc/types";
import { digest, step, types, type StepOptions } from "./digests";

type Files = Readonly<Record<string, object>>;

const configuration = (machine: string, before: Files, after: Files, options: StepOptions = {}) =>
  step("update", types.configuration, machine, { before: { files: before }, after: { files: after }, ...options });

const changesOf = (...steps: Parameters<typeof digest>) => fileChanges(resourceChanges(digest(...steps)));

test("changed lines, told once for machines that have the same", () => {
  const [before, after] = ["a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\ne\nf\n"].map((content) => ({ "/etc/x": { content } }));
  const changes = changesOf(
    configuration("app-1", before ?? {}, after ?? {}),
    configuration("app-2", before ?? {}, after ?? {}),
  );
  expect(changes).toEqual([
    { machines: ["app-1", "app-2"], path: "/etc/x", what: "changed", lines: [" b", " c", "-d", "+D", " e", " f"] },
  ]);
});

test("new and removed files", () => {
  expect(changesOf(configuration("a", { "/old": { content: "x\n" } }, { "/new": { content: "y\n" } }))).toEqual([
    { machines: ["a"], path: "/new", what: "new", lines: ["+y"] },
    { machines: ["a"], path: "/old", what: "removed" },
  ]);
});

test("a secret file: that it changed, and nothing of it", () => {
  const files = { "/etc/token": { content: "[secret]" } };
  const changes = changesOf(configuration("a", files, files, { paths: ['files["/etc/token"].content'] }));
  expect(changes).toEqual([{ machines: ["a"], path: "/etc/token", what: "changed", hidden: "its content is secret" }]);
  expect(changesOf(configuration("a", files, files))).toEqual([]);
});

test("a file that becomes secret does not show what stood in it", () => {
  const [change] = changesOf(
    configuration("a", { "/x": { content: "password=1\n" } }, { "/x": { content: "[secret]" } }),
  );
  expect(change).not.toHaveProperty("lines");
  expect(change?.hidden).toBe("its content is secret");
});

test("mode and owner, and what is not known yet", () => {
  expect(
    changesOf(configuration("a", { "/x": { content: "", mode: "0600" } }, { "/x": { content: "", mode: "0640" } })),
  ).toEqual([{ machines: ["a"], path: "/x", what: "changed", hidden: "only its mode" }]);
  const [unknown] = changesOf(configuration("a", { "/x": { content: "1" } }, { "/x": { content: UNKNOWN } }));
  expect(unknown?.hidden).toContain("known only when");
});

test("releases by their labels and the beginning of their checksums", () => {
  const archives = (label: string, sha256: string) => ({
    archives: { "/opt/app": { label, sha256: sha256.repeat(64) } },
  });
  const change = (machine: string) =>
    step("update", types.configuration, machine, {
      before: archives("shop 1.3.0", "a"),
      after: archives("shop 1.4.0", "b"),
    });
  expect(archiveChanges(resourceChanges(digest(change("app-1"), change("app-2"))))).toEqual([
    "app-1, app-2: shop 1.3.0 (aaaaaaaa) → shop 1.4.0 (bbbbbbbb)",
  ]);
});
