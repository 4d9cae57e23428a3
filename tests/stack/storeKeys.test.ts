import { parseSettings } from "../../blueprint/parseSettings";
import { resolveStore } from "../../blueprint/resolve/store";
import { withStoreKeys } from "../../stack/readStackSettings";
import { sourceOf } from "../blueprint/source";

const environment = { HOLDFAST_RELEASES_ACCESS_KEY: "AKIA", HOLDFAST_RELEASES_SECRET_KEY: "hunter2" };
const bucket = { store: "s3://releases", endpoint: "https://nbg1.your-objectstorage.com", keep: 7 };

/** Settings whose releases are written like this, with whatever is encrypted in them. */
function parsed(releases: unknown, isEncrypted: boolean) {
  const source = sourceOf(JSON.stringify({ config: { "holdfast:releases": releases } }));
  return parseSettings({ ...source, isSecret: () => isEncrypted });
}

test("keys in the environment count before encrypted ones, which then nobody has to decrypt", async () => {
  const encrypted = { ...bucket, accessKey: "encrypted", secretKey: "encrypted" };
  const { sections, ...rest } = await withStoreKeys(parsed(encrypted, true), environment);
  if (!sections.releases) throw new Error("the section is not right");
  expect(sections.releases).toMatchObject(bucket);
  const { value, problems } = resolveStore(sections.releases, { sections, ...rest });
  expect(problems).toEqual([]);
  expect(value).toMatchObject({ kind: "bucket", bucket: "releases", keys: undefined });
});

test("settings without a secret are left as they are", async () => {
  const plain = parsed(bucket, false);
  expect(await withStoreKeys(plain, environment)).toBe(plain);
});
