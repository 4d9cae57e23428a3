import { TestApi, publicKey } from "../../support/testApi";

describe("servers", () => {
  const api = TestApi.forEachTest();

  test("a new server is initializing, then starting, then running", async () => {
    const { body } = await api.call("POST", "/servers", { name: "web", server_type: "cx23", image: "debian-13" });
    const status = async () => (await api.call("GET", `/servers/${body.server.id}`)).body.server.status;
    expect(body.server).toMatchObject({ status: "initializing", locked: true });
    expect(body.action).toMatchObject({ command: "create_server", status: "running", progress: 0 });
    expect(body.next_actions).toMatchObject([{ command: "start_server" }]);
    await api.clock.advance(3.1);
    expect(await status()).toBe("starting");
    await api.settle(body);
    expect(await status()).toBe("running");
  });

  test("a server has what it was created with", async () => {
    const { ssh_key } = await api.must("POST", "/ssh_keys", { name: "k", public_key: publicKey() });
    const network = await api.network();
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw" });
    const { placement_group } = await api.must("POST", "/placement_groups", { name: "pg", type: "spread" });
    const server = await api.server("web", {
      ssh_keys: [ssh_key.id],
      networks: [network.id],
      firewalls: [{ firewall: firewall.id }],
      placement_group: placement_group.id,
      labels: { role: "web" },
    });
    expect(server).toMatchObject({
      status: "running",
      labels: { role: "web" },
      location: { name: "nbg1" },
      private_net: [{ network: network.id, ip: "10.0.1.1", alias_ips: [] }],
      placement_group: { id: placement_group.id, servers: [server.id] },
      public_net: {
        ipv4: { ip: "203.0.113.10" },
        ipv6: { ip: "2001:db8:0:1::/64" },
        firewalls: [{ id: firewall.id, status: "applied" }],
      },
    });
  });

  test("names are unique and host names", async () => {
    await api.server("web");
    const body = { server_type: "cx23", image: "debian-13" };
    expect(await api.refused("POST", "/servers", { ...body, name: "web" })).toBe("uniqueness_error");
    expect(await api.refused("POST", "/servers", { ...body, name: "not_a_host" })).toBe("invalid_input");
  });

  test.each([
    ["server_type", { server_type: "cx9000" }],
    ["image", { image: "debian-1" }],
    ["image", { server_type: "cax11", image: 310557660 }],
    ["location", { location: "moon1" }],
    ["ssh_keys", { ssh_keys: ["nobody"] }],
    ["user_data", { user_data: "x".repeat(32 * 1024 + 1) }],
    ["firewalls", { firewalls: [{ firewall: 99 }] }],
    ["datacenter", { location: undefined, datacenter: "moon1-dc3" }],
    ["public_net", { public_net: { enable_ipv4: false, enable_ipv6: false } }],
  ])("a wrong %s is refused by name and leaves nothing behind", async (field, wrong) => {
    const body = { name: "web", server_type: "cx23", image: "debian-13", location: "nbg1", ...wrong };
    const answer = await api.call("POST", "/servers", body);
    expect(answer).toMatchObject({ status: 422, body: { error: { code: "invalid_input" } } });
    expect(answer.body.error.details.fields[0].name).toBe(field);
    expect((await api.call("GET", "/servers")).body.servers).toEqual([]);
    expect((await api.call("GET", "/primary_ips")).body.primary_ips).toEqual([]);
  });

  test("all wrong fields are named at once", async () => {
    const answer = await api.call("POST", "/servers", { name: 7, labels: { a: "-" } });
    const names = answer.body.error.details.fields.map((field: { name: string }) => field.name);
    expect(names.sort()).toEqual(["image", "labels.a", "name", "server_type"]);
  });

  test("a server with a running action refuses others, but not a change of its name", async () => {
    const server = await api.server("web");
    const { body } = await api.call("POST", `/servers/${server.id}/actions/poweroff`);
    const refused = await api.call("POST", `/servers/${server.id}/actions/poweron`);
    expect(refused).toMatchObject({ status: 423, body: { error: { code: "locked" } } });
    expect(await api.refused("DELETE", `/servers/${server.id}`)).toBe("locked");
    expect((await api.call("PUT", `/servers/${server.id}`, { name: "www" })).status).toBe(200);
    await api.settle(body);
    await api.must("POST", `/servers/${server.id}/actions/poweron`);
  });

  test("power off, on, shut down, reboot, reset", async () => {
    const server = await api.server("web");
    const status = async () => (await api.call("GET", `/servers/${server.id}`)).body.server.status;
    for (const [action, result] of [
      ["poweroff", "off"],
      ["poweron", "running"],
      ["shutdown", "off"],
      ["poweron", "running"],
      ["reboot", "running"],
      ["reset", "running"],
    ]) {
      await api.must("POST", `/servers/${server.id}/actions/${action}`);
      expect([action, await status()]).toEqual([action, result]);
    }
  });

  test("another type needs the server off, an equal or larger disk, and starts it", async () => {
    const server = await api.server("web", { server_type: "cx33" });
    const change = (type: string) =>
      ["POST", `/servers/${server.id}/actions/change_type`, { server_type: type }] as const;
    expect(await api.refused(...change("cx43"))).toBe("server_not_stopped");
    await api.must("POST", `/servers/${server.id}/actions/poweroff`);
    expect(await api.refused(...change("cx23"))).toBe("invalid_server_type");
    expect(await api.refused(...change("cax31"))).toBe("invalid_server_type");
    await api.must(...change("cx43"));
    const changed = (await api.call("GET", `/servers/${server.id}`)).body.server;
    expect(changed).toMatchObject({ status: "running", server_type: { name: "cx43" }, primary_disk_size: 80 });
  });

  test("a protected server is not deleted", async () => {
    const server = await api.server("web");
    const protect = (on: boolean) => ({ delete: on, rebuild: on });
    await api.must("POST", `/servers/${server.id}/actions/change_protection`, protect(true));
    expect(await api.call("DELETE", `/servers/${server.id}`)).toMatchObject({ status: 403 });
    expect(await api.refused("POST", `/servers/${server.id}/actions/rebuild`, { image: "debian-13" })).toBe(
      "protected",
    );
    await api.must("POST", `/servers/${server.id}/actions/change_protection`, protect(false));
    await api.must("DELETE", `/servers/${server.id}`);
  });

  test("a deleted server leaves everything that it had", async () => {
    const network = await api.network();
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw" });
    const { volume } = await api.must("POST", "/volumes", { name: "data", size: 10, location: "nbg1" });
    const server = await api.server("web", {
      networks: [network.id],
      volumes: [volume.id],
      firewalls: [{ firewall: firewall.id }],
    });
    const { floating_ip } = await api.must("POST", "/floating_ips", { type: "ipv4", server: server.id });
    await api.must("DELETE", `/servers/${server.id}`);

    expect((await api.call("GET", `/servers/${server.id}`)).status).toBe(404);
    expect((await api.call("GET", "/primary_ips")).body.primary_ips).toEqual([]);
    expect((await api.call("GET", `/volumes/${volume.id}`)).body.volume.server).toBeNull();
    expect((await api.call("GET", `/floating_ips/${floating_ip.id}`)).body.floating_ip.server).toBeNull();
    expect((await api.call("GET", `/firewalls/${firewall.id}`)).body.firewall.applied_to).toEqual([]);
    expect((await api.call("GET", `/networks/${network.id}`)).body.network.servers).toEqual([]);
  });

  test("rebuild takes another image and starts the server", async () => {
    const server = await api.server("web");
    await api.must("POST", `/servers/${server.id}/actions/rebuild`, { image: "ubuntu-24.04" });
    const rebuilt = (await api.call("GET", `/servers/${server.id}`)).body.server;
    expect(rebuilt).toMatchObject({ status: "running", image: { name: "ubuntu-24.04" } });
  });

  test("reverse names of its addresses", async () => {
    const server = await api.server("web");
    const change = (ip: string, dns_ptr: string | null) =>
      api.must("POST", `/servers/${server.id}/actions/change_dns_ptr`, { ip, dns_ptr });
    await change("203.0.113.10", "www.example.com");
    await change("2001:db8:0:1::1", "www.example.com");
    const net = (await api.call("GET", `/servers/${server.id}`)).body.server.public_net;
    expect(net.ipv4.dns_ptr).toBe("www.example.com");
    expect(net.ipv6.dns_ptr).toEqual([{ ip: "2001:db8:0:1::1", dns_ptr: "www.example.com" }]);
    await expect(change("198.51.100.1", "www.example.com")).rejects.toThrow("does not belong");
  });

  test("snapshots are images of their own, and servers can be made from them", async () => {
    const server = await api.server("web");
    const path = `/servers/${server.id}/actions/create_image`;
    const { image } = await api.must("POST", path, { description: "before", labels: { a: "1" } });
    await api.must("DELETE", `/servers/${server.id}`);
    const copy = await api.server("copy", { image: image.id });
    expect(copy.image).toMatchObject({ id: image.id, type: "snapshot", status: "available", os_flavor: "debian" });
    expect((await api.call("GET", "/images?type=snapshot")).body.images).toHaveLength(1);
    await api.must("PUT", `/images/${image.id}`, { description: "" });
    expect((await api.call("DELETE", `/images/${image.id}`)).status).toBe(204);
    expect(await api.refused("DELETE", "/images/310557660")).toBe("forbidden");
  });
});
