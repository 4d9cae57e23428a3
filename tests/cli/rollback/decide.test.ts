import { manifestSchema } from "../../../blueprint/manifest";
import { decide, type Known } from "../../../cli/rollback/decide";
import type { AppMachine } from "../../../cli/rollback/machines";
import { parseLog } from "../../../cli/rollback/machines";
import { ReleaseStore, type StoredRelease } from "../../../release/store/store";
import { FolderBackend } from "../../../release/store/folderBackend";

/** Checksums are the version's last digit, 64 times. */
const sha256 = (version: string) => (version.at(-1) ?? "").repeat(64);

function stored(version: string, change: Partial<StoredRelease> = {}): StoredRelease {
  const manifest = manifestSchema.parse({ name: "shop", version, start: "./shop", ...change.manifest });
  return { name: "shop", version, sha256: sha256(version), size: 1, built: "", builtBy: "", ...change, manifest };
}

/** A machine that had these versions, one after the other, and has noted so. */
function machine(name: string, versions: readonly string[], change: Partial<AppMachine> = {}): AppMachine {
  const lines = versions.map((version, index) =>
    JSON.stringify({
      date: `2026-11-24T10:00:${String(index).padStart(2, "0")}Z`,
      archive: "/opt/app/release",
      from: null,
      to: `shop ${version}`,
      sha256: sha256(version),
      result: "applied",
    }),
  );
  const runs = sha256(versions.at(-1) ?? "");
  return { name, runs, recorded: runs, rollouts: parseLog(name, lines), ...change };
}

function known(change: Partial<Known> = {}): Known {
  return {
    stack: "prod",
    requested: {
      written: "shop@1.2",
      release: { label: "shop 1.2", sha256: sha256("1.2") },
      manifest: stored("1.2").manifest,
    },
    machines: [machine("app-1", ["1.1", "1.2"]), machine("app-2", ["1.1", "1.2"])],
    stored: [stored("1.2"), stored("1.1"), stored("1.0")],
    store: new ReleaseStore(new FolderBackend("./releases")),
    pending: false,
    ...change,
  };
}

test("the release before, as the settings will name it", () => {
  expect(decide(known())).toMatchObject({
    kind: "back",
    from: "shop 1.2",
    reference: "shop@1.1",
    refresh: false,
    schema: { fits: true, because: "no migration ran in between" },
  });
});

test("a copy by its content, and a built release rather than a copy of the same content", () => {
  const copy = stored("1.1", { copyOf: "./shop" });
  expect(decide(known({ stored: [copy] })).reference).toBe(`shop@sha256:${sha256("1.1")}`);
  expect(decide(known({ stored: [copy, stored("1.1")] })).reference).toBe("shop@1.1");
});

test("a release that is not kept is refused, with those that are", () => {
  expect(() => decide(known({ stored: [stored("1.2"), stored("1.0")] }))).toThrow(
    /shop 1\.1 \(SHA-256 111111111111…\) was rolled out before, but the folder \.\/releases does not have it[\s\S]*shop@1\.2, shop@1\.0/,
  );
});

test("a release that a person names: by version, with its name, by content", () => {
  for (const version of ["1.0", "shop@1.0", `sha256:${sha256("1.0")}`]) {
    expect(decide(known({ version })).reference).toBe("shop@1.0");
  }
  expect(() => decide(known({ version: "1.7" }))).toThrow(
    "shop@1.7 is not in the folder ./releases: choose from shop@1.2",
  );
});

test("a release of the settings that cannot be had is a reason to go back, to what runs", () => {
  const machines = [machine("app-1", ["1.0", "1.1"])];
  const requested = { written: "./broken.tar.gz" };
  expect(decide(known({ requested, machines }))).toMatchObject({ from: "./broken.tar.gz", reference: "shop@1.1" });
});

test("a migration in between is for a person to decide, also one of a release that failed", () => {
  const migrating = stored("1.2", { manifest: { migrate: "./migrate" } as StoredRelease["manifest"] });
  const requested = { ...known().requested, manifest: migrating.manifest };
  const machines = [machine("app-1", ["1.1"])];
  const { schema } = decide(known({ requested, machines, stored: [migrating, stored("1.1")] }));
  expect(schema).toMatchObject({
    fits: false,
    because: expect.stringContaining("shop 1.2 may have migrated") as string,
  });
});

test("machines are asked first where Pulumi's state may be wrong about them", () => {
  expect(decide(known({ pending: true })).refresh).toBe(true);
  const behind = machine("app-2", ["1.1", "1.2"], { recorded: sha256("1.1") });
  expect(decide(known({ machines: [machine("app-1", ["1.1", "1.2"]), behind] })).refresh).toBe(true);
});

test("where no machine says anything, a person has to name the release", () => {
  const silent = { name: "app-1", rollouts: [], silent: "timed out" };
  expect(() => decide(known({ machines: [silent] }))).toThrow(/no app machine .*app-1: timed out.*--to VERSION/);
  expect(decide(known({ machines: [silent], version: "1.1" })).reference).toBe("shop@1.1");
});

test("lines of a log that are cut, or of other archives, say nothing", () => {
  const other = JSON.stringify({ date: "2026-11-24T10:00:00Z", archive: "/opt/other", to: "x 1", result: "applied" });
  expect(parseLog("app-1", ["", '{"date": "2026', other])).toEqual([]);
});
