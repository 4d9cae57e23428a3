import { TestApi } from "../../support/testApi";

describe("networks", () => {
  const api = TestApi.forEachTest();

  test("is created, read, renamed, deleted", async () => {
    const { network } = await api.must("POST", "/networks", {
      name: "net",
      ip_range: "10.0.0.0/16",
      labels: { a: "1" },
    });
    expect(network).toMatchObject({
      name: "net",
      ip_range: "10.0.0.0/16",
      labels: { a: "1" },
      subnets: [],
      servers: [],
    });
    const update = { name: "other", expose_routes_to_vswitch: true };
    expect((await api.must("PUT", `/networks/${network.id}`, update)).network).toMatchObject({
      ...update,
      labels: { a: "1" },
    });
    expect((await api.call("DELETE", `/networks/${network.id}`)).status).toBe(204);
    expect((await api.call("GET", `/networks/${network.id}`)).status).toBe(404);
  });

  test.each(["8.8.0.0/16", "10.0.0.0/25", "10.0.0.1/16", "10.0.0.0", "172.32.0.0/16"])("no range %s", async (range) => {
    expect(await api.refused("POST", "/networks", { name: "net", ip_range: range })).toBe("invalid_input");
  });

  test("subnets lie inside the network, apart, in one zone", async () => {
    const network = await api.network();
    const add = (more: object) =>
      [
        "POST",
        `/networks/${network.id}/actions/add_subnet`,
        { type: "cloud", network_zone: "eu-central", ...more },
      ] as const;
    for (const wrong of [
      { ip_range: "10.1.0.0/24" },
      { ip_range: "10.0.1.128/25" },
      { ip_range: "10.0.2.0/31" },
      { ip_range: "10.0.2.0/24", network_zone: "us-east" },
      { ip_range: "10.0.2.0/24", network_zone: "moon" },
      { ip_range: "10.0.2.0/24", type: "vswitch" },
    ]) {
      expect([wrong, await api.refused(...add(wrong))]).toEqual([wrong, "invalid_input"]);
    }
    await api.must(...add({ ip_range: "10.0.2.0/24" }));
    await api.must(...add({}));
    const { subnets } = (await api.call("GET", `/networks/${network.id}`)).body.network;
    expect(subnets.map((subnet: { ip_range: string }) => subnet.ip_range)).toEqual([
      "10.0.1.0/24",
      "10.0.2.0/24",
      "10.0.0.0/24",
    ]);
    expect(subnets[0].gateway).toBe("10.0.0.1");
  });

  test("a second change while one runs is a conflict", async () => {
    const network = await api.network();
    const path = `/networks/${network.id}/actions`;
    const subnet = { type: "cloud", network_zone: "eu-central" };
    const first = await api.call("POST", `${path}/add_subnet`, subnet);
    const second = await api.call("POST", `${path}/add_subnet`, subnet);
    expect(second).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    await api.settle(first.body);
    await api.must("POST", `${path}/add_subnet`, subnet);
  });

  test("routes go to private ranges, by an address of the network", async () => {
    const network = await api.network();
    const path = `/networks/${network.id}/actions`;
    const good = { destination: "10.100.1.0/24", gateway: "10.0.1.2" };
    for (const wrong of [
      { ...good, destination: "8.8.8.0/24" },
      { ...good, destination: "10.0.1.0/25" },
      { ...good, destination: "172.31.1.0/24" },
      { ...good, gateway: "10.0.0.1" },
      { ...good, gateway: "10.9.0.2" },
    ]) {
      expect([wrong, await api.refused("POST", `${path}/add_route`, wrong)]).toEqual([wrong, "invalid_input"]);
    }
    await api.must("POST", `${path}/add_route`, good);
    await api.must("POST", `${path}/add_route`, { destination: "0.0.0.0/0", gateway: "10.0.1.2" });
    expect(await api.refused("POST", `${path}/add_route`, good)).toBe("invalid_input");
    await api.must("POST", `${path}/delete_route`, good);
    const { routes } = (await api.call("GET", `/networks/${network.id}`)).body.network;
    expect(routes).toEqual([{ destination: "0.0.0.0/0", gateway: "10.0.1.2" }]);
  });

  test("its range only grows", async () => {
    const network = await api.network();
    const change = (range: string) =>
      ["POST", `/networks/${network.id}/actions/change_ip_range`, { ip_range: range }] as const;
    expect(await api.refused(...change("10.0.0.0/17"))).toBe("invalid_input");
    expect(await api.refused(...change("10.2.0.0/15"))).toBe("invalid_input");
    await api.must(...change("10.0.0.0/15"));
  });

  test("addresses: the one asked for, the first free, never a reserved or used one", async () => {
    const network = await api.network("net", "10.0.0.0/16", "10.0.0.0/24");
    const attach = async (name: string, more: object) => {
      const server = await api.server(name);
      return ["POST", `/servers/${server.id}/actions/attach_to_network`, { network: network.id, ...more }] as const;
    };
    await api.must(...(await attach("a", { ip: "10.0.0.5", alias_ips: ["10.0.0.6"] })));
    for (const ip of ["10.0.0.0", "10.0.0.1", "10.0.0.5", "10.0.0.6"]) {
      expect([ip, await api.refused(...(await attach(`b-${ip.slice(-1)}`, { ip })))]).toEqual([ip, "ip_not_available"]);
    }
    expect(await api.refused(...(await attach("c", { ip: "10.0.9.5" })))).toBe("invalid_input");
    await api.must(...(await attach("d", {})));
    const { server } = (await api.call("GET", "/servers?name=d")).body.servers.map((found: object) => ({
      server: found,
    }))[0];
    expect(server.private_net).toMatchObject([{ ip: "10.0.0.2" }]);
    expect(server.private_net[0].mac_address).toMatch(/^86(:[0-9a-f]{2}){5}$/);
  });

  test("attaching twice, without a subnet, from another zone, or to overlapping networks is refused", async () => {
    const network = await api.network();
    const overlapping = await api.network("other", "10.0.0.0/8", "10.200.0.0/24");
    const { network: empty } = await api.must("POST", "/networks", { name: "empty", ip_range: "192.168.0.0/16" });
    const server = await api.server("web", { networks: [network.id] });
    const far = await api.server("far", { location: "ash", server_type: "ccx13" });
    const attach = (to: { id: number }, which: { id: number }) =>
      api.refused("POST", `/servers/${to.id}/actions/attach_to_network`, { network: which.id });
    expect(await attach(server, network)).toBe("server_already_attached");
    expect(await attach(server, overlapping)).toBe("networks_overlap");
    expect(await attach(server, empty)).toBe("no_subnet_available");
    expect(await attach(far, network)).toBe("no_subnet_available");
  });

  test("alias addresses are replaced, not added; a used subnet is not deleted", async () => {
    const network = await api.network();
    const server = await api.server("web", { networks: [network.id] });
    const aliases = (alias_ips: string[]) =>
      api.must("POST", `/servers/${server.id}/actions/change_alias_ips`, { network: network.id, alias_ips });
    await aliases(["10.0.1.7"]);
    await aliases(["10.0.1.8"]);
    const [net] = (await api.call("GET", `/servers/${server.id}`)).body.server.private_net;
    expect(net).toMatchObject({ ip: "10.0.1.1", alias_ips: ["10.0.1.8"] });

    const removal = ["POST", `/networks/${network.id}/actions/delete_subnet`, { ip_range: "10.0.1.0/24" }] as const;
    expect(await api.refused(...removal)).toBe("service_error");
    await api.must("POST", `/servers/${server.id}/actions/detach_from_network`, { network: network.id });
    await api.must(...removal);
  });

  test("a protected network stays; another one lets its servers go", async () => {
    const network = await api.network();
    const server = await api.server("web", { networks: [network.id] });
    const protect = (on: boolean) =>
      api.must("POST", `/networks/${network.id}/actions/change_protection`, { delete: on });
    await protect(true);
    expect(await api.refused("DELETE", `/networks/${network.id}`)).toBe("protected");
    await protect(false);
    expect((await api.call("DELETE", `/networks/${network.id}`)).status).toBe(204);
    expect((await api.call("GET", `/servers/${server.id}`)).body.server.private_net).toEqual([]);
  });
});
