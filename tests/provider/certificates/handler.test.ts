import { serverCertificateHandler as handler } from "../../../provider/certificates/handler";
import { Secret, UNKNOWN, type Call, type Values } from "../../../provider/grpc/types";

const call = { log: () => undefined } as unknown as Call;
const inputs = { commonName: "prod database", addresses: ["10.0.1.21", "10.0.1.41"] };

async function created(): Promise<Values> {
  return (await handler.create({ inputs, preview: false, timeout: 0 }, call)).outputs;
}

const diff = (olds: Values, news: Values) =>
  handler.diff?.({ id: "x", olds, oldInputs: inputs, news, ignoreChanges: [] }, call);

test("keys leave the plugin as secrets only", async () => {
  const outputs = await created();
  expect(outputs.key).toBeInstanceOf(Secret);
  expect(outputs.authorityKey).toBeInstanceOf(Secret);
  expect(JSON.stringify(outputs)).not.toContain("PRIVATE KEY");
});

test("nothing changes while the certificate is young and its addresses are the same", async () => {
  expect(await diff(await created(), inputs)).toMatchObject({ changes: false });
});

test("after half of its time it is issued anew, by the same authority", async () => {
  const olds: Values = { ...(await created()), renewal: "2020-01-01T00:00:00Z" };
  expect(await diff(olds, inputs)).toMatchObject({ changes: true, diffs: ["certificate"] });
  const request = { id: "x", olds, oldInputs: inputs, news: inputs, preview: false, timeout: 0, ignoreChanges: [] };
  const news = (await handler.update?.(request, call)) as Values;
  expect(news.authority).toBe(olds.authority);
  expect(news.certificate).not.toBe(olds.certificate);
});

test("another address makes another certificate, and a preview only says so", async () => {
  const olds = await created();
  const news = { ...inputs, addresses: ["10.0.1.22"] };
  expect(await diff(olds, news)).toMatchObject({ changes: true, diffs: ["addresses"] });
  const request = { id: "x", olds, oldInputs: inputs, news, preview: true, timeout: 0, ignoreChanges: [] };
  expect(await handler.update?.(request, call)).toMatchObject({ certificate: UNKNOWN, authority: olds.authority });
});

test("what is no address is refused before anything is issued", async () => {
  const answer = await handler.check?.(
    { news: { ...inputs, addresses: ["database"] }, randomSeed: new Uint8Array() },
    call,
  );
  expect(answer?.failures).toEqual([{ property: "addresses", reason: "is not a list of IP addresses" }]);
});
