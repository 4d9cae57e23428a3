import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { signingKeyHandler as handler } from "../../../provider/certificates/signingKeyHandler";
import { type Secret, UNKNOWN, type Call, type Values } from "../../../provider/grpc/types";

const call = { log: () => undefined } as unknown as Call;
const inputs = { purpose: "account" };

const created = async (preview = false): Promise<Values> =>
  (await handler.create({ inputs, preview, timeout: 0 }, call)).outputs;

test("the key leaves the plugin as a secret only, and the thumbprint is its public half's", async () => {
  const outputs = await created();
  expect(JSON.stringify(outputs)).not.toContain("PRIVATE KEY");
  const key = createPrivateKey(String((outputs.key as Secret).value));
  const { crv, kty, x, y } = createPublicKey(key).export({ format: "jwk" });
  expect(crv).toBe("P-256");
  const digest = createHash("sha256").update(`{"crv":"${crv}","kty":"${kty}","x":"${x}","y":"${y}"}`);
  expect(outputs.thumbprint).toBe(digest.digest("base64url"));
  expect((await created()).thumbprint).not.toBe(outputs.thumbprint);
});

test("a preview makes none", async () => {
  expect(await created(true)).toEqual({ ...inputs, key: UNKNOWN, thumbprint: UNKNOWN });
});

test("it stays, whatever it is called", async () => {
  const olds = await created();
  const request = { id: "x", olds, oldInputs: inputs, preview: false, timeout: 0, ignoreChanges: [] };
  const changed = await handler.update?.({ ...request, news: { purpose: "renamed" } }, call);
  expect(changed).toEqual({ purpose: "renamed", key: olds.key, thumbprint: olds.thumbprint });
});
