import { tooOld } from "../../../cli/release/prune";
import type { StackUse } from "../../../stack/release/stacks";
import { manifestSchema } from "../../../blueprint/manifest";
import type { StoredRelease } from "../../../release/store/store";

function release(version: string, change: Partial<StoredRelease> = {}): StoredRelease {
  const manifest = manifestSchema.parse({ name: "shop", version, start: "./shop" });
  return { name: "shop", version, sha256: `sha-${version}`, size: 1, built: "", builtBy: "", manifest, ...change };
}

const releases = ["5", "4", "3", "2", "1"].map((version) => release(version));
const use = (change: Partial<StackUse>): StackUse => ({ stack: "prod", runs: {}, ...change });

function gone(keep: number, uses: readonly StackUse[] = [], all = releases): string[] {
  return tooOld(all, uses, keep).map(({ version }) => version);
}

test("the newest ones stay", () => {
  expect(gone(3)).toEqual(["2", "1"]);
  expect(gone(5)).toEqual([]);
});

test("what a stack names or runs stays however old it is", () => {
  expect(gone(1, [use({ named: "shop@1" })])).toEqual(["4", "3", "2"]);
  expect(gone(1, [use({ runs: { "app-2": "sha-2" } })])).toEqual(["4", "3", "1"]);
  expect(gone(1, [use({ named: "./examples/guestbook" })])).toEqual(["4", "3", "2", "1"]);
});

test("apps, and copies, are counted apart", () => {
  const other = release("0", { name: "other" });
  const copy = release("1", { copyOf: "./shop", sha256: "sha-copy" });
  expect(gone(5, [], [...releases, other, copy])).toEqual([]);
  expect(gone(1, [], [release("2"), copy, other])).toEqual([]);
});
