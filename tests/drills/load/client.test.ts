import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadOptions } from "../../../drills/load/load";
import type { LoadResult } from "../../../drills/load/outcomes";
import { run } from "../../../lib/run";

const load = join(__dirname, "../../../drills/load/load.ts");
let folder = "";
let server: Http2SecureServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-client-"));
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(folder, "key.pem")];
  const names = ["-subj", "/CN=load", "-addext", "subjectAltName=IP:127.0.0.1"];
  const { code } = await run("openssl", ["req", "-x509", ...key, "-out", join(folder, "cert.pem"), ...names]);
  expect(code).toBe(0);
});

afterEach(() => server?.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** What a server was asked, by protocol; `refuse` of the streams it begins with are refused. */
async function serve({ refuse = 0 } = {}) {
  const asked: Record<string, number> = {};
  const [key, cert] = ["key.pem", "cert.pem"].map((file) => readFileSync(join(folder, file)));
  let left = refuse;
  server = createSecureServer({ allowHTTP1: true, key, cert }, (request, response) => {
    if (request.httpVersion === "2.0" && left-- > 0) {
      response.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const what = `${request.method} ${request.httpVersion}`;
    asked[what] = (asked[what] ?? 0) + 1;
    request.resume();
    request.on("end", () => {
      response.end("fine");
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

/** A program of its own: Node reads what it trusts when it starts. */
async function visit(options: LoadOptions, trusted = join(folder, "cert.pem")): Promise<LoadResult> {
  const args = ["--require", "ts-node/register", load, JSON.stringify(options)];
  const { stdout } = await run(process.execPath, args, { timeout: 60, env: { NODE_EXTRA_CA_CERTS: trusted } });
  return JSON.parse(stdout) as LoadResult;
}

test("https: half of the visitors speak HTTP/2, on connections of both kinds, bodies included", async () => {
  const { url, asked } = await serve();
  const result = await visit({ url, rate: 80, duration: 1, connections: "mixed", posts: 0.5 });
  expect(result).toMatchObject({ sent: 80, ok: 80, failures: {}, repeated: 0 });
  expect(asked).toEqual({ "GET 1.1": 20, "POST 1.1": 20, "GET 2.0": 20, "POST 2.0": 20 });
}, 60_000);

test("a stream that nobody began is sent again and counted apart; one refused for ever has failed", async () => {
  const some = await serve({ refuse: 3 });
  const result = await visit({ url: some.url, rate: 20, duration: 1, protocols: ["h2"] });
  expect(result).toMatchObject({ sent: 20, ok: 20, failures: {}, repeated: 3 });
  server?.close();
  const none = await serve({ refuse: Infinity });
  const refused = await visit({ url: none.url, rate: 10, duration: 0.5, protocols: ["h2"] });
  expect(refused).toMatchObject({ ok: 0, failures: { "refused stream": 5 }, repeated: 15 });
}, 60_000);

test("a certificate that visitors do not trust is a failure of every request", async () => {
  const { url } = await serve();
  const { ok, failed } = await visit({ url, rate: 20, duration: 0.5 }, "/nonexistent");
  expect({ ok, failed }).toEqual({ ok: 0, failed: 10 });
}, 60_000);
