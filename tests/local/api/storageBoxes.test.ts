import { isDue } from "../../../local/api/service/storageBoxes/plan";
import { recordingDriver } from "../../support/recordingDriver";
import { publicKey, TestApi } from "../../support/testApi";

const password = "Only-4-this-test";

describe("Storage Boxes", () => {
  let api: TestApi;
  let driver: ReturnType<typeof recordingDriver>;

  beforeEach(async () => {
    driver = recordingDriver();
    api = await new TestApi(driver).start();
  });
  afterEach(() => api.remove());

  const wanted = (more: object = {}) => ({
    name: "backup",
    storage_box_type: "bx11",
    location: "hel1",
    password,
    access_settings: { ssh_enabled: true },
    ...more,
  });
  const read = async (id: number) => (await api.call("GET", `/storage_boxes/${id}`)).body.storage_box;
  const make = async (more: object = {}) =>
    read((await api.must("POST", "/storage_boxes", wanted(more))).storage_box.id);

  test("say where they are once they are there", async () => {
    const { storage_box: before } = (await api.call("POST", "/storage_boxes", wanted())).body;
    expect(before).toMatchObject({ status: "initializing", username: null, server: null, system: null });
    await api.clock.advance(10);
    const after = await read(before.id);
    expect(after).toMatchObject({ status: "active", protection: { delete: false }, snapshot_plan: null });
    expect(after.username).toMatch(/^u\d{6}$/);
    expect(after.server).toBe(`${after.username}.your-storagebox.de`);
    expect(after.access_settings).toMatchObject({ ssh_enabled: true, reachable_externally: false });
    expect(driver.calls).toEqual([`ensureStorageBox ${before.id}`]);
    expect((await api.call("GET", "/storage_boxes?name=backup")).body.storage_boxes).toHaveLength(1);
    expect((await api.call("GET", "/storage_boxes?name=other")).body.storage_boxes).toEqual([]);
    expect((await api.call("GET", `/storage_boxes/${before.id}/actions`)).body.actions).toHaveLength(1);
  });

  test("have types with sizes and prices", async () => {
    const { storage_box_types: types } = (await api.call("GET", "/storage_box_types")).body;
    expect(types.map(({ name, size }: { name: string; size: number }) => [name, size / 1024 ** 4])).toEqual([
      ["bx11", 1],
      ["bx21", 5],
      ["bx31", 10],
      ["bx41", 20],
    ]);
    expect((await api.call("GET", `/storage_box_types/${types[0].id}`)).body.storage_box_type.name).toBe("bx11");
  });

  test.each([
    ["location", { location: "nbg1" }],
    ["storage_box_type", { storage_box_type: "bx12" }],
    ["password", { password: "short-1A" }],
    ["password", { password: "nodigitsHere-!" }],
    ["password", { password: "no upper case 1" }],
    ["ssh_keys", { ssh_keys: ["ssh-ed25519 nonsense"] }],
    ["ssh_keys", { ssh_keys: [`${publicKey()}\n${publicKey()}`] }],
  ])("are refused for a wrong %s, and leave no trace", async (_field, wrong) => {
    expect(await api.refused("POST", "/storage_boxes", wanted(wrong))).toBe("invalid_input");
    expect((await api.call("GET", "/storage_boxes")).body.storage_boxes).toEqual([]);
  });

  test("are unique by name", async () => {
    await make();
    expect(await api.refused("POST", "/storage_boxes", wanted())).toBe("uniqueness_error");
  });

  test("change in place, keys apart, and nothing of a password is kept", async () => {
    const { id } = await make({ ssh_keys: [publicKey()] });
    const act = (action: string, body: object) => api.must("POST", `/storage_boxes/${id}/actions/${action}`, body);
    await act("reset_password", { password: "Another-4-this-test" });
    await act("update_access_settings", { reachable_externally: true });
    await act("change_type", { storage_box_type: "bx21" });
    await api.must("PUT", `/storage_boxes/${id}`, { name: "renamed", labels: { stack: "prod" } });
    const box = await read(id);
    expect(box).toMatchObject({ name: "renamed", labels: { stack: "prod" }, storage_box_type: { name: "bx21" } });
    expect(box.access_settings).toMatchObject({ ssh_enabled: true, reachable_externally: true });
    expect(driver.calls).toEqual(Array(4).fill(`ensureStorageBox ${id}`));
    expect(await api.refused("POST", `/storage_boxes/${id}/actions/change_type`, { storage_box_type: "bx21" })).toBe(
      "invalid_input",
    );
    expect(JSON.stringify(box)).not.toContain(password);
  });

  test("take one action at a time", async () => {
    const { id } = await make();
    await api.call("POST", `/storage_boxes/${id}/actions/reset_password`, { password: "Another-4-this-test" });
    expect(await api.refused("DELETE", `/storage_boxes/${id}`)).toBe("locked");
  });

  test("stay when they are protected, and go with everything in them", async () => {
    const { id } = await make();
    await api.must("POST", `/storage_boxes/${id}/subaccounts`, { home_directory: "prod", password });
    await api.must("POST", `/storage_boxes/${id}/snapshots`, {});
    await api.must("POST", `/storage_boxes/${id}/actions/change_protection`, { delete: true });
    expect(await api.refused("DELETE", `/storage_boxes/${id}`)).toBe("protected");
    await api.must("POST", `/storage_boxes/${id}/actions/change_protection`, { delete: false });
    await api.must("DELETE", `/storage_boxes/${id}`);
    expect((await api.call("GET", `/storage_boxes/${id}`)).status).toBe(404);
    expect(driver.calls.at(-1)).toBe(`removeStorageBox ${id}`);
  });

  test("come back as they were when the local cloud starts again", async () => {
    const { id } = await make();
    await api.stop();
    driver.calls.length = 0;
    await api.start();
    expect(driver.calls).toEqual([`ensureStorageBox ${id}`]);
    expect(await read(id)).toMatchObject({ name: "backup", status: "active" });
  });

  test("have subaccounts with names and folders of their own", async () => {
    const { id, username } = await make();
    const all = `/storage_boxes/${id}/subaccounts`;
    const body = { home_directory: "/backups/prod/", password, access_settings: { ssh_enabled: true, readonly: true } };
    const { subaccount } = await api.must("POST", all, body);
    expect(subaccount).toMatchObject({
      username: `${username}-sub1`,
      name: `${username}-sub1`,
      server: `${username}-sub1.your-storagebox.de`,
      home_directory: "backups/prod",
    });
    expect(await api.refused("POST", all, { ...body, home_directory: "../other" })).toBe("invalid_input");
    const one = `${all}/${subaccount.id}`;
    await api.must("POST", `${one}/actions/change_home_directory`, { home_directory: "elsewhere" });
    await api.must("POST", `${one}/actions/reset_subaccount_password`, { password: "Another-4-this-test" });
    await api.must("POST", `${one}/actions/update_access_settings`, { readonly: false });
    await api.must("PUT", one, { description: "the other team" });
    expect((await api.call("GET", one)).body.subaccount).toMatchObject({
      description: "the other team",
      home_directory: "elsewhere",
      access_settings: { ssh_enabled: true, readonly: false },
    });
    const other = await make({ name: "other" });
    expect(await api.refused("GET", `/storage_boxes/${other.id}/subaccounts/${subaccount.id}`)).toBe("not_found");
    await api.must("DELETE", one);
    expect((await api.call("GET", all)).body.subaccounts).toEqual([]);
  });

  test("keep snapshots, and going back to one drops the newer ones", async () => {
    const { id } = await make();
    const all = `/storage_boxes/${id}/snapshots`;
    const [first, second] = [await api.must("POST", all, { description: "first" }), await api.must("POST", all, {})];
    await api.must("PUT", `${all}/${first.snapshot.id}`, { labels: { keep: "yes" } });
    await api.must("POST", `/storage_boxes/${id}/actions/rollback_snapshot`, { snapshot: first.snapshot.name });
    expect(driver.calls.slice(-3)).toEqual([
      `changeBoxSnapshot ${id} restore ${first.snapshot.name}`,
      `changeBoxSnapshot ${id} remove ${second.snapshot.name}`,
      `measureStorageBox ${id}`,
    ]);
    const { snapshots } = (await api.call("GET", all)).body;
    expect(snapshots).toMatchObject([{ description: "first", labels: { keep: "yes" }, is_automatic: false }]);
    await api.must("DELETE", `${all}/${first.snapshot.id}`);
    expect((await api.call("GET", all)).body.snapshots).toEqual([]);
  });

  test("make snapshots by plan, and keep as many as it says", async () => {
    const { id } = await make();
    const enable = (minute: number, most = 2) =>
      ["POST", `/storage_boxes/${id}/actions/enable_snapshot_plan`, { max_snapshots: most, hour: 8, minute }] as const;
    expect(await api.refused(...enable(30, 11))).toBe("invalid_input");
    const automatic = async () =>
      (await api.call("GET", `/storage_boxes/${id}/snapshots?is_automatic=true`)).body.snapshots;
    for (const [minute, kept] of [
      [2, 1],
      [5, 2],
      [8, 2],
    ] as const) {
      await api.must(...enable(minute));
      await api.clock.advance(170);
      expect(await automatic()).toHaveLength(kept);
    }
    await api.must("POST", `/storage_boxes/${id}/actions/disable_snapshot_plan`);
    expect((await read(id)).snapshot_plan).toBeNull();
  });

  test("are brought back when they end by themselves", async () => {
    const { id } = await make();
    driver.calls.length = 0;
    driver.die(id);
    await api.clock.advance(30);
    expect(driver.calls).toContain(`ensureStorageBox ${id}`);
  });

  test("cut idle sessions sooner when they are told to", async () => {
    const { id } = await make();
    await api.must("POST", `/_local/storage_boxes/${id}`, { idleTimeout: 5 });
    const { storageBoxes } = await api.must("GET", "/_local/status");
    expect(storageBoxes).toMatchObject([{ id, name: "backup", idleTimeout: 5 }]);
    expect(await api.refused("POST", `/_local/storage_boxes/${id}`, {})).toBe("invalid_input");
  });
});

describe("a snapshot plan", () => {
  const plan = { max_snapshots: 1, minute: 30, hour: 3, day_of_week: null, day_of_month: null };

  test("is due in its minute, in UTC", () => {
    expect(isDue(plan, new Date("2026-11-24T03:30:59Z"))).toBe(true);
    expect(isDue(plan, new Date("2026-11-24T03:31:00Z"))).toBe(false);
    expect(isDue(plan, new Date("2026-11-24T04:30:00+01:00"))).toBe(true);
  });

  test("counts the days of the week from Monday to Sunday", () => {
    const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 10, 23 + day, 3, 30)));
    week.forEach((date, index) => {
      for (const day of [1, 2, 3, 4, 5, 6, 7])
        expect(isDue({ ...plan, day_of_week: day }, date)).toBe(day === index + 1);
    });
  });

  test("may be for one day of the month", () => {
    expect(isDue({ ...plan, day_of_month: 1 }, new Date("2026-12-01T03:30:00Z"))).toBe(true);
    expect(isDue({ ...plan, day_of_month: 1 }, new Date("2026-12-02T03:30:00Z"))).toBe(false);
  });
});
