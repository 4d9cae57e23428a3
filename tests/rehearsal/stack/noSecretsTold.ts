import { randomBytes } from "node:crypto";
import { run } from "../../../lib/run";
import type { Clone } from "../../../drills/frame/clone";
import { ProcessWatch } from "./processWatch";
import { exposed } from "./secretForms";
import { keptOnThisComputer, plant, type Place, secretsOf, toldBy } from "./secrets";

/** Everything that a machine tells may be written to by somebody careless; user data by the metadata service is the cloud's. */
const planted: readonly Place[] = ["journal", "logs", "user data", "histories", "files that all may read"];

/**
 * Looks for every secret of a stack wherever others could read it, while something is done with the stack and afterwards.
 * That the looks can find something is tried with a word that is put into each place first.
 *
 * @param work returns what it printed
 */
export async function expectNoSecretsTold(
  clone: Clone,
  machines: readonly string[],
  work: () => Promise<string>,
): Promise<void> {
  const canary = `canary${randomBytes(18).toString("hex")}`;
  const secrets = new Map([...(await secretsOf(clone, machines)), ["canary", canary]]);
  // Passphrase and way to the storage, password of the database, token, keys of TLS, SSH and the CA.
  for (const kind of [
    /repository result/,
    /DatabaseHost.* database result/,
    /privateKey/,
    /authorityKey/,
    /server\.key/,
    /token/,
    /admin/,
  ]) {
    expect([...secrets.keys()].join("\n")).toMatch(kind);
  }

  let said = "";
  const watch = await ProcessWatch.during(async () => {
    said = await work();
    await carelessProcess(canary);
  });
  expect(exposed(secrets, [...watch.arguments].join("\n"))).toEqual(["canary"]);
  expect([...watch.arguments].join("\n")).toMatch(/pgbackrest[^]*pulumi|pulumi[^]*pgbackrest/);
  expect(exposed(secrets, [...watch.environments].join("\n"))).toEqual(["canary"]);
  expect(exposed(secrets, said)).toEqual([]);

  for (const machine of machines) {
    const remove = await plant(clone, machine, canary);
    const told = await toldBy(clone, machine).finally(remove);
    expect(told.get("metadata service")).toContain("#cloud-config");
    for (const [place, text] of told) {
      const found = planted.includes(place) ? ["canary"] : [];
      expect({ machine, place, found: exposed(secrets, text) }).toEqual({ machine, place, found });
    }
  }

  for (const [file, text] of keptOnThisComputer(clone)) {
    expect({ file, found: exposed(secrets, text) }).toEqual({ file, found: [] });
  }
  const { stdout } = await clone.pulumi(["stack", "export", `--stack=${clone.name}`]);
  expect(stdout).toContain("holdfast:machine:Configuration");
  expect(exposed(secrets, stdout)).toEqual([]);
}

/** A program whose arguments and environment have a word, in base64 and as it is, that runs as nobody. */
async function carelessProcess(word: string): Promise<void> {
  const encoded = Buffer.from(`password: ${word}`).toString("base64");
  await run("setpriv", ["--reuid=nobody", "--clear-groups", "sh", "-c", "sleep 1; :", encoded], {
    env: { WORD: word },
  });
}
