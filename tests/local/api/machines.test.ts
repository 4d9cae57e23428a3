import { TestApi } from "../../support/testApi";
import { recordingDriver } from "../../support/recordingDriver";

describe("the machines behind the API", () => {
  const driver = () => api.driver as ReturnType<typeof recordingDriver>;
  let api: TestApi;

  beforeEach(async () => {
    api = await new TestApi(recordingDriver()).start();
  });
  afterEach(() => api.remove());

  test("a server is made with everything, then started", async () => {
    const network = await api.network();
    const rules = [{ direction: "in", protocol: "tcp", port: "22", source_ips: ["0.0.0.0/0"] }];
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw", rules });
    const server = await api.server("web", {
      networks: [network.id],
      firewalls: [{ firewall: firewall.id }],
      user_data: "#",
    });
    expect(driver().calls).toEqual(
      expect.arrayContaining([`ensureNetwork ${network.id}`, `ensureMachine ${server.id}`, `start ${server.id}`]),
    );
    expect(driver().specs.get(server.id)).toEqual({
      id: server.id,
      name: "web",
      image: "debian-13",
      cores: 2,
      memory: 4,
      userData: "#",
      sshKeys: [],
      location: "nbg1",
      publicIpv4: { address: "203.0.113.10" },
      publicIpv6: { network: "2001:db8:0:1::/64", address: "2001:db8:0:1::1" },
      privateNetworks: [
        { networkId: network.id, address: "10.0.1.1", aliasIps: [], mac: server.private_net[0].mac_address },
      ],
      firewall: [{ direction: "in", protocol: "tcp", port: "22", sourceIps: ["0.0.0.0/0"], destinationIps: [] }],
    });
  });

  test("rules of all firewalls reach the machine, those of label selectors too", async () => {
    const server = await api.server("web", { labels: { role: "web" } });
    expect(driver().specs.get(server.id)?.firewall).toBeNull();
    const rule = (port: string) => ({ direction: "in", protocol: "tcp", port, source_ips: ["0.0.0.0/0"] });
    const ports = () =>
      driver()
        .specs.get(server.id)
        ?.firewall?.map((entry) => entry.port);
    const target = { type: "server", server: { id: server.id } };
    const selector = { type: "label_selector", label_selector: { selector: "role=web" } };
    await api.must("POST", "/firewalls", { name: "a", rules: [rule("22")], apply_to: [target] });
    const { firewall } = await api.must("POST", "/firewalls", { name: "b", rules: [rule("80")], apply_to: [selector] });
    expect(ports()).toEqual(["22", "80"]);
    await api.must("POST", `/firewalls/${firewall.id}/actions/set_rules`, { rules: [rule("443")] });
    expect(ports()).toEqual(["22", "443"]);
    await api.must("PUT", `/servers/${server.id}`, { labels: {} });
    await api.clock.advance(0);
    expect(ports()).toEqual(["22"]);
  });

  test("what the driver cannot do is an error of the action, and nothing stays half done", async () => {
    const network = await api.network();
    const server = await api.server("web");
    driver().fail = "ensureMachine";
    const attach = api.must("POST", `/servers/${server.id}/actions/attach_to_network`, { network: network.id });
    await expect(attach).rejects.toThrow("failed on purpose");
    expect((await api.call("GET", `/servers/${server.id}`)).body.server).toMatchObject({
      private_net: [],
      locked: false,
    });
    driver().fail = undefined;
    await api.must("POST", `/servers/${server.id}/actions/attach_to_network`, { network: network.id });
  });

  test("when the creation fails, what follows it fails too", async () => {
    driver().fail = "ensureMachine";
    const { body } = await api.call("POST", "/servers", { name: "web", server_type: "cx23", image: "debian-13" });
    await api.clock.advance(10);
    const ids = [body.action, ...body.next_actions].map((action: { id: number }) => `id=${String(action.id)}`);
    const { actions } = (await api.call("GET", `/actions?${ids.join("&")}`)).body;
    expect(actions.map((action: { status: string }) => action.status)).toEqual(["error", "error"]);
    driver().fail = undefined;
    await api.must("DELETE", `/servers/${body.server.id}`);
  });

  test("a machine that ended by itself is off", async () => {
    const server = await api.server("web");
    driver().die(server.id);
    await api.clock.advance(1.1);
    expect((await api.call("GET", `/servers/${server.id}`)).body.server.status).toBe("off");
    await api.must("POST", `/servers/${server.id}/actions/poweron`);
    await api.clock.advance(1.1);
    expect((await api.call("GET", `/servers/${server.id}`)).body.server.status).toBe("running");
  });

  test("after a restart everything is there again and runs", async () => {
    const network = await api.network();
    const [on, off] = [await api.server("on", { networks: [network.id] }), await api.server("off")];
    await api.must("POST", `/servers/${off.id}/actions/poweroff`);
    const { volume } = await api.must("POST", "/volumes", { name: "data", size: 10, server: on.id });
    const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", server: on.id });
    const before = (await api.call("GET", "/servers")).body;
    await api.stop();
    driver().calls.splice(0);
    await api.start();
    expect((await api.call("GET", "/servers")).body).toEqual(before);
    expect(driver().calls.filter((call) => call.startsWith("start"))).toEqual([`start ${on.id}`]);
    expect(driver().calls).toEqual(
      expect.arrayContaining([
        `ensureNetwork ${network.id}`,
        `ensureVolume ${volume.id}`,
        `ensureMachine ${on.id}`,
        `ensureMachine ${off.id}`,
        `attachVolume ${volume.id} ${on.id}`,
        `routeFloatingIp ${ip.ip} ${on.id}`,
      ]),
    );
  });

  test("an action that a crash interrupted is taken up again", async () => {
    const { body } = await api.call("POST", "/servers", { name: "web", server_type: "cx23", image: "debian-13" });
    await api.clock.advance(1);
    await api.stop();
    await api.start();
    await api.settle(body);
    expect((await api.call("GET", `/servers/${body.server.id}`)).body.server.status).toBe("running");
    const removal = await api.call("DELETE", `/servers/${body.server.id}`);
    await api.stop();
    await api.start();
    await api.settle(removal.body);
    expect((await api.call("GET", `/servers/${body.server.id}`)).status).toBe(404);
  });

  test("a floating IP is routed by the time the API says so", async () => {
    const [a, b] = [await api.server("a"), await api.server("b")];
    const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", server: a.id });
    driver().fail = "routeFloatingIp";
    const assign = ["POST", `/floating_ips/${ip.id}/actions/assign`, { server: b.id }] as const;
    await expect(api.must(...assign)).rejects.toThrow("failed on purpose");
    expect((await api.call("GET", `/floating_ips/${ip.id}`)).body.floating_ip.server).toBe(a.id);
    driver().fail = undefined;
    await api.must(...assign);
    expect(driver().calls.at(-1)).toBe(`routeFloatingIp ${ip.ip} ${b.id}`);
  });
});
