import { TestApi } from "../../support/testApi";

const ssh = { direction: "in", protocol: "tcp", port: "22", source_ips: ["0.0.0.0/0", "::/0"] };

describe("firewalls", () => {
  const api = TestApi.forEachTest();

  test("is created with rules and targets, and read back in normal form", async () => {
    const server = await api.server("web");
    const { firewall } = await api.must("POST", "/firewalls", {
      name: "fw",
      rules: [{ ...ssh, source_ips: ["2001:0DB8:0000::/48"] }],
      apply_to: [{ type: "server", server: { id: server.id } }],
    });
    const read = (await api.call("GET", `/firewalls/${firewall.id}`)).body.firewall;
    expect(read).toMatchObject({
      rules: [{ port: "22", source_ips: ["2001:db8::/48"], destination_ips: [], description: null }],
      applied_to: [{ type: "server", server: { id: server.id } }],
    });
    expect((await api.call("GET", `/firewalls/${firewall.id}/actions`)).body.actions).toMatchObject([
      { command: "set_firewall_rules" },
      { command: "apply_firewall" },
    ]);
  });

  test.each([
    ["rules.0.port", { port: undefined }],
    ["rules.0.port", { port: "0" }],
    ["rules.0.port", { port: "80-79" }],
    ["rules.0.port", { protocol: "icmp" }],
    ["rules.0.source_ips", { source_ips: [] }],
    ["rules.0.source_ips", { source_ips: ["10.0.0.1/24"] }],
    ["rules.0.source_ips", { source_ips: ["203.0.113.1"] }],
    ["rules.0.destination_ips", { destination_ips: ["10.0.0.0/24"] }],
  ])("a wrong rule is refused by %s", async (field, wrong) => {
    const answer = await api.call("POST", "/firewalls", { name: "fw", rules: [{ ...ssh, ...wrong }] });
    expect(answer.body.error).toMatchObject({ code: "invalid_input", details: { fields: [{ name: field }] } });
  });

  test("more than 50 rules are refused", async () => {
    const rules = Array.from({ length: 51 }, (_, index) => ({ ...ssh, port: String(index + 1) }));
    expect(await api.refused("POST", "/firewalls", { name: "fw", rules })).toBe("invalid_input");
  });

  test("a firewall in use is not deleted", async () => {
    const server = await api.server("web");
    const target = { type: "server", server: { id: server.id } };
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw", apply_to: [target] });
    const path = `/firewalls/${firewall.id}`;
    expect(await api.call("DELETE", path)).toMatchObject({ status: 422, body: { error: { code: "resource_in_use" } } });
    expect(await api.refused("POST", `${path}/actions/apply_to_resources`, { apply_to: [target] })).toBe(
      "firewall_already_applied",
    );
    await api.must("POST", `${path}/actions/remove_from_resources`, { remove_from: [target] });
    expect((await api.call("DELETE", path)).status).toBe(204);
  });

  test("empty lists of targets change nothing", async () => {
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw" });
    const path = `/firewalls/${firewall.id}/actions`;
    expect((await api.must("POST", `${path}/apply_to_resources`, { apply_to: [] })).actions).toEqual([]);
    expect((await api.must("POST", `${path}/remove_from_resources`, { remove_from: [] })).actions).toEqual([]);
  });

  test("a label selector follows the servers' labels", async () => {
    const web = await api.server("web", { labels: { role: "web" } });
    const other = await api.server("other");
    const target = { type: "label_selector", label_selector: { selector: "role=web" } };
    const { firewall } = await api.must("POST", "/firewalls", { name: "fw", apply_to: [target] });
    const applied = async () =>
      (await api.call("GET", `/firewalls/${firewall.id}`)).body.firewall.applied_to[0].applied_to_resources.map(
        (resource: { server: { id: number } }) => resource.server.id,
      );
    expect(await applied()).toEqual([web.id]);
    await api.must("PUT", `/servers/${other.id}`, { labels: { role: "web" } });
    expect(await applied()).toEqual([web.id, other.id]);
    const removal = { remove_from: [{ type: "server", server: { id: web.id } }] };
    expect(await api.refused("POST", `/firewalls/${firewall.id}/actions/remove_from_resources`, removal)).toBe(
      "firewall_managed_by_label_selector",
    );
  });

  test("at most five firewalls on a server, none on one without a public interface", async () => {
    const network = await api.network();
    const inside = await api.server("inside", {
      networks: [network.id],
      public_net: { enable_ipv4: false, enable_ipv6: false },
    });
    const server = await api.server("web");
    const create = (name: string, id: number) =>
      ["POST", "/firewalls", { name, apply_to: [{ type: "server", server: { id } }] }] as const;
    for (let index = 0; index < 5; index++) await api.must(...create(`fw${String(index)}`, server.id));
    expect(await api.refused(...create("fw5", server.id))).toBe("resource_limit_exceeded");
    expect(await api.refused(...create("fw6", inside.id))).toBe("private_net_only_server");
    expect((await api.call("GET", "/firewalls?name=fw6")).body.firewalls).toEqual([]);
  });
});
