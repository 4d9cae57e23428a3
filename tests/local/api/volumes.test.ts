import { TestApi } from "../../support/testApi";

describe("volumes", () => {
  const api = TestApi.forEachTest();

  const create = (more: object = {}) =>
    ["POST", "/volumes", { name: "data", size: 10, location: "nbg1", format: "ext4", ...more }] as const;

  test("is created with a server, detached, attached, resized, deleted", async () => {
    const server = await api.server("web");
    const { volume } = await api.must(...create({ location: undefined, server: server.id }));
    const path = `/volumes/${volume.id}`;
    expect((await api.call("GET", path)).body.volume).toMatchObject({
      status: "available",
      server: server.id,
      linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`,
    });
    expect(await api.refused("DELETE", path)).toBe("resource_in_use");
    await api.must("POST", `${path}/actions/detach`, {});
    await api.must("POST", `${path}/actions/attach`, { server: server.id, automount: false });
    expect(await api.refused("POST", `${path}/actions/resize`, { size: 10 })).toBe("invalid_input");
    await api.must("POST", `${path}/actions/resize`, { size: 20 });
    await api.must("POST", `${path}/actions/detach`);
    expect((await api.call("GET", path)).body.volume).toMatchObject({ size: 20, server: null });
    expect((await api.call("DELETE", path)).status).toBe(204);
  });

  test("stays at its location and on one server", async () => {
    const [near, far, other] = [
      await api.server("near"),
      await api.server("far", { location: "hel1" }),
      await api.server("other"),
    ];
    const { volume } = await api.must(...create());
    const attach = (id: number) => ["POST", `/volumes/${volume.id}/actions/attach`, { server: id }] as const;
    expect(await api.refused(...attach(far.id))).toBe("invalid_input");
    await api.must(...attach(near.id));
    expect(await api.refused(...attach(other.id))).toBe("volume_already_attached");
  });

  test.each([{ size: 9 }, { size: 10_241 }, { format: "ntfs" }, { location: undefined }, { name: "" }])(
    "%j is refused",
    async (wrong) => {
      expect(await api.refused(...create(wrong))).toBe("invalid_input");
    },
  );

  test("a protected volume stays", async () => {
    const { volume } = await api.must(...create());
    await api.must("POST", `/volumes/${volume.id}/actions/change_protection`, { delete: true });
    expect(await api.refused("DELETE", `/volumes/${volume.id}`)).toBe("protected");
  });
});
