import { TestApi, token } from "../../support/testApi";

const otherToken = "holdfast-local-cloud-not-a-real-token".padEnd(64, "2");
const box = { name: "backup", storage_box_type: "bx11", location: "hel1", password: "Only-4-this-test" };

/** Two projects of one cloud, as two of one account at Hetzner. */
describe("a second project", () => {
  const api = new TestApi();
  beforeEach(() => api.start({ projects: { backup: otherToken } }));
  afterEach(() => api.remove());

  const inOther = (method: string, path: string, body?: unknown) =>
    api.call(method, path, body, { authorization: `Bearer ${otherToken}` });
  async function boxInOther(): Promise<number> {
    const { body } = await inOther("POST", "/storage_boxes", box);
    await api.clock.advance(60);
    expect((await inOther("GET", `/actions/${body.action.id}`)).body.action.status).toBe("success");
    return body.storage_box.id;
  }

  test("has what its own token made, and nobody else sees, changes or deletes that", async () => {
    const id = await boxInOther();
    await inOther("POST", `/storage_boxes/${id}/snapshots`, {});
    await api.clock.advance(60);
    const path = `/storage_boxes/${id}`;
    expect((await inOther("GET", path)).body.storage_box).toMatchObject({ name: "backup", status: "active" });
    expect((await inOther("GET", `${path}/snapshots`)).body.snapshots).toHaveLength(1);
    expect((await api.call("GET", "/storage_boxes")).body.storage_boxes).toEqual([]);
    for (const [method, what, body] of [
      ["GET", path],
      ["DELETE", path],
      ["GET", `${path}/snapshots`],
      ["GET", `${path}/actions`],
      ["POST", `${path}/actions/change_protection`, { delete: false }],
      ["POST", `${path}/actions/reset_password`, { password: box.password }],
      ["POST", `${path}/snapshots`, {}],
    ] as const) {
      expect(await api.refused(method, what, body)).toBe("not_found");
    }
    expect((await inOther("GET", path)).status).toBe(200);
  });

  test("does not see the first one, and has names, addresses and a rate limit of its own", async () => {
    const { storage_box: first } = await api.must("POST", "/storage_boxes", box);
    await api.server("app");
    const id = await boxInOther();
    expect((await inOther("GET", `/storage_boxes/${first.id}`)).status).toBe(404);
    expect((await inOther("GET", "/servers")).body.servers).toEqual([]);
    expect((await inOther("GET", `/servers/actions`)).body.actions).toEqual([]);
    const { storageBoxes } = (await api.call("GET", "/_local/status")).body;
    expect(new Set(storageBoxes.map((one: { addresses: { ipv4: string } }) => one.addresses.ipv4)).size).toBe(2);
    expect(storageBoxes.map((one: { id: number }) => one.id)).toEqual([first.id, id]);
    const left = async (answer: Promise<{ headers: Headers }>) =>
      Number((await answer).headers.get("ratelimit-remaining"));
    const before = await left(api.call("GET", "/servers"));
    await left(inOther("GET", "/servers"));
    expect(await left(api.call("GET", "/servers"))).toBe(before - 1);
  });

  test("survives a restart, and is no longer there for anybody without its token", async () => {
    const id = await boxInOther();
    await api.stop();
    await api.start();
    expect((await inOther("GET", "/servers")).status).toBe(401);
    expect(
      (await api.call("GET", `/storage_boxes/${id}`, undefined, { authorization: `Bearer ${token}` })).status,
    ).toBe(404);
    await api.stop();
    await api.start({ projects: { backup: otherToken } });
    expect((await inOther("GET", `/storage_boxes/${id}`)).body.storage_box.name).toBe("backup");
  });

  test("does not open what the local cloud has beside Hetzner's API", async () => {
    expect((await inOther("GET", "/_local/status")).status).toBe(401);
  });
});

test("a further token of the first project opens it until it is deleted, but no control calls", async () => {
  const api = new TestApi();
  await api.start();
  try {
    const further = "holdfast-local-cloud-not-a-real-token".padEnd(64, "3");
    const asks = (path: string) => api.call("GET", path, undefined, { authorization: `Bearer ${further}` });
    expect((await asks("/servers")).status).toBe(401);
    expect((await api.call("POST", "/_local/tokens", { token: further })).status).toBe(204);
    expect((await asks("/servers")).status).toBe(200);
    expect((await asks("/_local/calls")).status).toBe(401);
    expect((await api.call("DELETE", `/_local/tokens/${further}`)).status).toBe(204);
    expect((await asks("/servers")).status).toBe(401);
  } finally {
    await api.remove();
  }
});
