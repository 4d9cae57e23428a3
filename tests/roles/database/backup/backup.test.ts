import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { makeBlueprint } from "../../../../blueprint/blueprint";
import { database } from "../../../../roles/database/database";
import { foreignFiles, knownHost, repositoryConf } from "../../../../roles/database/backup/key";
import { backupPaths } from "../../../../roles/database/backup/paths";
import { archiveQueue } from "../../../../roles/database/backup/queue";
import { settingsWith } from "../../../blueprint/source";
import { testWhere } from "../../../support/needs";
import { debian, has } from "../../debian";
import { issueAuthority } from "../../../../provider/certificates/issue";
import { exampleKey } from "./exampleKey";

const s3 = { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook-backup", region: "fsn1" };

function rendered(backup: object | undefined) {
  const settings = { "holdfast:database": { volumeSize: 40 }, ...(backup && { "holdfast:backup": backup }) };
  return database(makeBlueprint(settingsWith({ ...settings, "holdfast:loadBalancer": { machines: 1 } })));
}

test("WAL that waits never fills the volume", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 10_240 }), (volumeSize) => {
      const queue = archiveQueue(volumeSize);
      expect(queue % 16).toBe(0);
      expect(queue).toBeGreaterThanOrEqual(1024);
      expect(queue).toBeLessThanOrEqual((volumeSize * 1024) / 4);
    }),
  );
});

test("a stack without backups gets nothing of them", () => {
  const { packages, files } = rendered(undefined);
  expect(packages).not.toContain("pgbackrest");
  expect(Object.keys(files).filter((path) => /backup|pgbackrest/.test(path))).toEqual([]);
});

test("retention and queue follow the settings, in each repository", () => {
  const conf = rendered({ retentionDays: 90, s3 }).files[backupPaths.pgbackrest]?.content ?? "";
  expect(conf).toContain("archive-push-queue-max=10240MiB");
  for (const repo of ["repo1", "repo2"]) expect(conf).toContain(`${repo}-retention-full=90\n`);
  expect(rendered({}).files[backupPaths.pgbackrest]?.content).not.toContain("repo2");
});

test("a place that is away holds up the other's WAL for as short as can be", () => {
  const push = (s3?: object) =>
    rendered({ s3 }).files[backupPaths.pgbackrest]?.content.match(/\[global:archive-push\]\n((?:\S.*\n)*)/)?.[1];
  expect(push(s3)).toContain("io-timeout=3\n");
  expect(push()).not.toContain("io-timeout");
});

test("only the bucket gets large files in pieces: over SFTP each piece would leave a file open", () => {
  const conf = rendered({ s3 }).files[backupPaths.pgbackrest]?.content ?? "";
  for (const line of ["repo1-bundle=y", "repo1-block=n", "repo2-bundle=y", "repo2-block=y"]) {
    expect(conf.split("\n")).toContain(line);
  }
});

test("nothing that the role renders is secret: where the repositories are comes as late files", () => {
  const { files } = rendered({});
  expect(Object.values(files).map(({ content }) => content)).not.toContainEqual(
    expect.stringContaining("cipher-pass="),
  );
  expect(files).not.toHaveProperty([backupPaths.repository]);
});

test("the storage box is known by its key, on its own port", () => {
  expect(knownHost(exampleKey.storage)).toMatch(/^\[u123456\.your-storagebox\.de\]:23 ssh-ed25519 AAAA\S+\n$/);
  const pinned = repositoryConf(exampleKey, backupPaths);
  expect(pinned).toContain("repo1-sftp-host-key-check-type=strict");
  const { host, port, user, privateKey } = exampleKey.storage;
  const storage = { host, port, user, privateKey };
  const first = repositoryConf({ ...exampleKey, storage }, backupPaths);
  expect(first).toContain("repo1-sftp-host-key-check-type=accept-new");
  expect(knownHost(storage)).toBe("");
});

test("a bucket is a second repository with the same passphrase, its name in the path", () => {
  const conf = repositoryConf({ ...exampleKey, s3: { ...s3, accessKey: "a", secretKey: "b" } }, backupPaths);
  expect(conf).toEqual(
    expect.arrayContaining([
      "repo2-s3-endpoint=fsn1.your-objectstorage.com",
      "repo2-s3-uri-style=path",
      "repo2-cipher-pass=correct-horse",
    ]),
  );
});

test("a bucket whose server has an authority of its own is known by it, also where a key is read elsewhere", async () => {
  const ca = `${(await issueAuthority("storage of the office", new Date())).certificate.trim()}\n`;
  const key = {
    ...exampleKey,
    s3: { ...s3, endpoint: "https://s3.example.org:9000", accessKey: "a", secretKey: "b", ca },
  };
  const conf = repositoryConf(key, backupPaths);
  expect(conf).toContain("repo2-s3-endpoint=s3.example.org:9000");
  expect(conf).toContain(`repo2-storage-ca-file=${backupPaths.bucketCa}`);
  const files = foreignFiles(key, "/run/x", "/srv/database/17/main");
  expect(files["pgbackrest.conf"]).toContain("repo2-storage-ca-file=/run/x/bucket_ca.pem\n");
  expect(files["bucket_ca.pem"]).toBe(ca);
  const units = rendered({ s3: { ...s3, ca } }).units.flatMap(({ restartOn = [] }) => restartOn);
  expect(units).toContain(backupPaths.bucketCa);
});

test("another stack's repository is described completely by its key", () => {
  const files = foreignFiles(exampleKey, "/run/x", "/srv/database/17/main");
  // Whoever may lay a lock there first can stop every restore.
  expect(files["pgbackrest.conf"]).toContain("\nlock-path=/run/x/lock\n");
  expect(files["pgbackrest.conf"]).toContain("repo1-sftp-private-key-file=/run/x/storage_key\n");
  expect(files["pgbackrest.conf"]).toContain("pg1-path=/srv/database/17/main\n");
  expect(files.storage_key).toBe(exampleKey.storage.privateKey);
});

testWhere(has("pgbackrest"))("pgBackRest of the machines accepts every line", () => {
  const conf = foreignFiles(exampleKey, "/run/x", "/srv/database/17/main")["pgbackrest.conf"] ?? "";
  const own = `${rendered({ s3 }).files[backupPaths.pgbackrest]?.content}\n[global]\n${repositoryConf({ ...exampleKey, s3: { ...s3, accessKey: "a", secretKey: "b", ca: "made up" } }, backupPaths).join("\n")}\n`;
  for (const text of [conf, own]) {
    // Says what it does not know, and then fails because there is no such host.
    const script =
      'cat >"$1/tmp/h.conf"; chroot "$1" pgbackrest --config=/tmp/h.conf --stanza=main --log-level-console=warn --log-level-file=off --io-timeout=1 info 2>&1; rm -f "$1/tmp/h.conf"';
    const said = execFileSync("unshare", ["--net", "sh", "-c", script, "sh", debian.root ?? "/"], {
      input: text,
      encoding: "utf8",
    });
    expect(said).not.toMatch(/contains invalid option|is not valid|\[03[0-7]\]/);
  }
});
