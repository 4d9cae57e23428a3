import { TestApi, type Body } from "../../support/testApi";

describe("public addresses", () => {
  const api = TestApi.forEachTest();

  describe("floating IPs", () => {
    const read = async (id: number): Promise<Body> =>
      (await api.call("GET", `/floating_ips/${String(id)}`)).body.floating_ip;

    test("move from server to server without being unassigned", async () => {
      const [a, b] = [await api.server("a"), await api.server("b")];
      const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", server: a.id });
      expect(await read(ip.id)).toMatchObject({ ip: "203.0.113.100", server: a.id, home_location: { name: "nbg1" } });

      const moved = await api.call("POST", `/floating_ips/${ip.id}/actions/assign`, { server: b.id });
      expect((await read(ip.id)).server).toBe(a.id);
      await api.clock.advance(0.31);
      expect((await read(ip.id)).server).toBe(b.id);
      expect((await api.call("GET", `/servers/${b.id}`)).body.server.public_net.floating_ips).toEqual([ip.id]);
      expect((await api.call("GET", `/servers/${a.id}`)).body.server.public_net.floating_ips).toEqual([]);
      await api.settle(moved.body);
    });

    test("is locked while it moves, and not assigned twice to the same server", async () => {
      const [a, b] = [await api.server("a"), await api.server("b")];
      const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", home_location: "nbg1" });
      const assign = (server: number) => ["POST", `/floating_ips/${ip.id}/actions/assign`, { server }] as const;
      const first = await api.call(...assign(a.id));
      expect(await api.call(...assign(b.id))).toMatchObject({ status: 423, body: { error: { code: "locked" } } });
      await api.settle(first.body);
      expect(await api.refused(...assign(a.id))).toBe("floating_ip_assigned");
      await api.must("POST", `/floating_ips/${ip.id}/actions/unassign`);
      await api.must(...assign(a.id));
    });

    test("has to be unassigned and unprotected before it is deleted", async () => {
      const server = await api.server("a");
      const { floating_ip: ip } = await api.must("POST", "/floating_ips", {
        type: "ipv6",
        server: server.id,
        name: "vip",
      });
      expect(ip.ip).toBe("2001:db8:0:e000::/64");
      expect(await api.refused("DELETE", `/floating_ips/${ip.id}`)).toBe("must_be_unassigned");
      await api.must("POST", `/floating_ips/${ip.id}/actions/unassign`, {});
      await api.must("POST", `/floating_ips/${ip.id}/actions/change_protection`, { delete: true });
      expect(await api.refused("DELETE", `/floating_ips/${ip.id}`)).toBe("protected");
      await api.must("POST", `/floating_ips/${ip.id}/actions/change_protection`, { delete: false });
      expect((await api.call("DELETE", `/floating_ips/${ip.id}`)).status).toBe(204);
    });

    test("an empty update changes nothing, a name changes the name", async () => {
      const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", home_location: "nbg1" });
      expect((await api.must("PUT", `/floating_ips/${ip.id}`, {})).floating_ip).toMatchObject({ name: ip.name });
      expect((await api.must("PUT", `/floating_ips/${ip.id}`, { name: "vip" })).floating_ip.name).toBe("vip");
      expect(await api.refused("POST", "/floating_ips", { type: "ipv4" })).toBe("invalid_input");
    });
  });

  describe("primary IPs", () => {
    const create = (more: object) => api.must("POST", "/primary_ips", { type: "ipv4", location: "nbg1", ...more });

    test("outlives its server unless it was made with it", async () => {
      const { primary_ip: ip } = await create({ name: "web" });
      const server = await api.server("web", { public_net: { ipv4: ip.id } });
      expect(server.public_net.ipv4).toMatchObject({ id: ip.id, ip: ip.ip });
      await api.must("DELETE", `/servers/${server.id}`);
      expect((await api.call("GET", "/primary_ips")).body.primary_ips).toMatchObject([
        { id: ip.id, assignee_id: null },
      ]);
    });

    test("changes hands only while the server is off, and one of a family at a time", async () => {
      const server = await api.server("web");
      const { primary_ip: ip } = await create({ name: "web" });
      const old = server.public_net.ipv4.id;
      const assign = [
        "POST",
        `/primary_ips/${ip.id}/actions/assign`,
        { assignee_id: server.id, assignee_type: "server" },
      ] as const;
      expect(await api.refused("POST", `/primary_ips/${old}/actions/unassign`)).toBe("server_not_stopped");
      await api.must("POST", `/servers/${server.id}/actions/poweroff`);
      expect(await api.refused(...assign)).toBe("server_has_ipv4");
      await api.must("POST", `/primary_ips/${old}/actions/unassign`);
      await api.must(...assign);
      expect(await api.refused("DELETE", `/primary_ips/${ip.id}`)).toBe("must_be_unassigned");
      expect((await api.call("DELETE", `/primary_ips/${old}`)).status).toBe(204);
      await api.must("POST", `/servers/${server.id}/actions/poweron`);
    });

    test("an IP of the wrong kind is refused with its own code", async () => {
      const { primary_ip: v4 } = await create({ name: "v4" });
      const { primary_ip: far } = await create({ name: "far", location: "hel1" });
      const body = { name: "web", server_type: "cx23", image: "debian-13", location: "nbg1" };
      const refused = (public_net: object) => api.refused("POST", "/servers", { ...body, public_net });
      expect(await refused({ ipv6: v4.id })).toBe("primary_ip_version_mismatch");
      expect(await refused({ ipv4: far.id })).toBe("primary_ip_datacenter_mismatch");
      await api.server("first", { public_net: { ipv4: v4.id } });
      expect(await refused({ ipv4: v4.id })).toBe("primary_ip_assigned");
    });

    test("protection needs auto_delete off", async () => {
      const { primary_ip: ip } = await create({ name: "web", auto_delete: true });
      const protect = ["POST", `/primary_ips/${ip.id}/actions/change_protection`, { delete: true }] as const;
      expect(await api.refused(...protect)).toBe("invalid_input");
      await api.must("PUT", `/primary_ips/${ip.id}`, { auto_delete: false });
      await api.must(...protect);
      expect(await api.refused("DELETE", `/primary_ips/${ip.id}`)).toBe("protected");
    });
  });
});
