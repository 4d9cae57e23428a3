import { HcloudClient, HcloudError, onCodes, type ClientSettings } from "../../../../local/standIns/hcloud/client";
import { FakeApi } from "./fakeApi";

let fake: FakeApi;
beforeEach(async () => {
  fake = await FakeApi.start();
});
afterEach(() => fake.close());

function client(settings: Partial<ClientSettings> = {}, signal = new AbortController().signal): HcloudClient {
  const { endpoint } = fake;
  const all = { endpoint, storageEndpoint: endpoint, token: "t", pollFunction: "exponential", second: 1 } as const;
  return new HcloudClient({ ...all, ...settings }, signal);
}

test("actions that have ended are not asked for", async () => {
  await client().wait({ id: 1, status: "success" }, null, undefined);
  expect(fake.polls).toBe(0);
});

test("many actions are asked for in batches of 25", async () => {
  const actions = Array.from({ length: 60 }, (_, id) => ({ id: id + 1, status: "running" as const }));
  await client().wait(...actions);
  expect(fake.polls).toBe(3);
});

test("an action that failed says why", async () => {
  const failed = { id: 7, status: "error", error: { code: "action_failed", message: "no room" } } as const;
  await expect(client().wait(failed)).rejects.toThrow("no room (action_failed, action 7)");
});

test("a call is repeated five times, and not for every reason", async () => {
  fake.faults.push({ method: "GET", path: /servers/, times: 100, status: 409, code: "conflict" });
  await expect(client().get("/servers/1")).rejects.toThrow("(conflict)");
  expect(fake.calls).toHaveLength(6);
  fake.faults[0] = { method: "GET", path: /servers/, times: 100, status: 423, code: "locked" };
  await expect(client().get("/servers/1")).rejects.toThrow("(locked)");
  expect(fake.calls).toHaveLength(7);
});

test("a resource's own retries end with the last error", async () => {
  let tries = 0;
  const run = () => {
    tries++;
    return Promise.reject(new HcloudError(423, "locked", "busy"));
  };
  await expect(client().retry({ tries: 3, on: onCodes("locked") }, run)).rejects.toThrow("busy (locked)");
  expect(tries).toBe(3);
});

test("cancelling ends a wait at once", async () => {
  const controller = new AbortController();
  const waiting = client({ second: 1_000_000 }, controller.signal).wait({ id: 1, status: "running" });
  controller.abort(new Error("cancelled"));
  await expect(waiting).rejects.toThrow("cancelled");
});

test("the token does not get into errors", async () => {
  fake.faults.push({ method: "GET", path: /servers/, times: 1, status: 401, code: "unauthorized" });
  const secret = "s".repeat(64);
  const error: unknown = await client({ token: secret })
    .get("/servers/1")
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HcloudError);
  expect(JSON.stringify([String(error), error])).not.toContain(secret);
});
