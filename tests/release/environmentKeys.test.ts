import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openStore } from "../../release/store/open";

/** As much of a bucket's server as it takes to see whose keys a request was signed with. */
let server: Server;
let signedBy: (string | undefined)[] = [];
let endpoint = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    signedBy.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1]);
    response.end("<ListBucketResult></ListBucketResult>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
beforeEach(() => {
  signedBy = [];
});
afterAll(() => {
  server.close();
});

/** What opens the bucket with Pulumi's states, in the same environment. */
const forPulumi = { AWS_ACCESS_KEY_ID: "states", AWS_SECRET_ACCESS_KEY: "secret-of-states" };
const forReleases = { HOLDFAST_RELEASES_ACCESS_KEY: "releases", HOLDFAST_RELEASES_SECRET_KEY: "secret-of-releases" };

const bucket = () => ({ kind: "bucket", endpoint, region: "us-east-1", bucket: "releases", prefix: "" }) as const;

test("the store's own keys in the environment open it, beside those of Pulumi's states", async () => {
  await openStore(bucket(), { ...forPulumi, ...forReleases }).list();
  expect(signedBy).toEqual(["releases"]);
});

test("keys in the settings count before those in the environment", async () => {
  const keys = { accessKey: "settings", secretKey: "secret-of-settings" };
  await openStore({ ...bucket(), keys }, { ...forPulumi, ...forReleases }).list();
  expect(signedBy).toEqual(["settings"]);
});

test.each<[string, Record<string, string>]>([
  ["those of Pulumi's states", forPulumi],
  ["one of the two", { ...forPulumi, HOLDFAST_RELEASES_ACCESS_KEY: "releases" }],
])("%s are none: nothing is asked, and the variables are named", async (_what, environment) => {
  const asked = openStore(bucket(), environment).list();
  await expect(asked).rejects.toThrow(/no keys[\s\S]*\$HOLDFAST_RELEASES_ACCESS_KEY/);
  expect(signedBy).toEqual([]);
});
