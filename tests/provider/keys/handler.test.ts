import { utils } from "ssh2";
import { keyPairHandler as handler } from "../../../provider/keys/handler";
import { Secret, UNKNOWN, type Call, type Values } from "../../../provider/grpc/types";

const call = { log: () => undefined } as unknown as Call;
const inputs = { comment: "prod-backup" };

const created = async (preview = false): Promise<Values> =>
  (await handler.create({ inputs, preview, timeout: 0 }, call)).outputs;

test("both halves belong together, and the private one leaves the plugin as a secret only", async () => {
  const { publicKey, privateKey } = await created();
  expect(publicKey).toMatch(/^ssh-ed25519 AAAA\S+ prod-backup$/);
  expect(privateKey).toBeInstanceOf(Secret);
  const parsed = utils.parseKey(String((privateKey as Secret).value));
  if (parsed instanceof Error) throw parsed;
  expect(parsed.getPublicSSH().toString("base64")).toBe(String(publicKey).split(" ")[1]);
  expect(JSON.stringify(await created())).not.toContain("PRIVATE KEY");
});

test("the pairs that ssh2 spoils do not get out", async () => {
  for (let made = 0; made < 1000; made++) {
    const { publicKey, privateKey } = await created();
    for (const half of [String(publicKey), String((privateKey as Secret).value)])
      expect(utils.parseKey(half)).not.toBeInstanceOf(Error);
  }
});

test("each key is another one", async () => {
  expect((await created()).publicKey).not.toBe((await created()).publicKey);
});

test("a preview makes none", async () => {
  expect(await created(true)).toEqual({ ...inputs, publicKey: UNKNOWN, privateKey: UNKNOWN });
});

test("another comment keeps the key: who was told of it goes on letting it in", async () => {
  const olds = await created();
  const news = { comment: "renamed" };
  const request = { id: "x", olds, oldInputs: inputs, news, preview: false, timeout: 0, ignoreChanges: [] };
  expect(await handler.update?.(request, call)).toEqual({ ...olds, ...news });
});

test("a comment that would be a line of its own is refused", async () => {
  const check = (comment: unknown) => handler.check?.({ news: { comment }, randomSeed: new Uint8Array() }, call);
  expect((await check("two\nlines"))?.failures).toHaveLength(1);
  expect((await check(undefined))?.failures).toHaveLength(1);
  expect((await check(UNKNOWN))?.failures).toEqual([]);
});
