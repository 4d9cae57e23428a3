import { parse } from "yaml";
import { TestApi, publicKey } from "../../support/testApi";

test("the metadata service tells a server about itself", async () => {
  const api = await new TestApi().start();
  try {
    const key = publicKey();
    await api.must("POST", "/ssh_keys", { name: "k", public_key: key });
    const network = await api.network();
    const server = await api.server("web", { ssh_keys: ["k"], networks: [network.id], user_data: "#cloud-config\n" });
    const get = (path: string) => api.running.metadataAnswer(server.id, `/hetzner/v1/${path}`);

    expect(get("metadata/instance-id").body).toBe(String(server.id));
    expect(get("metadata/hostname").body).toBe("web");
    expect(get("metadata/public-ipv4").body).toBe("203.0.113.10");
    expect(get("metadata/local-ipv4").body).toBe("10.0.1.1");
    expect(get("metadata/region").body).toBe("eu-central");
    expect(get("metadata/availability-zone").body).toBe("nbg1-dc1");
    expect(JSON.parse(get("metadata/public-keys").body)).toEqual([key]);
    expect(get("userdata").body).toBe("#cloud-config\n");
    expect(parse(get("metadata/private-networks").body)).toMatchObject([
      { ip: "10.0.1.1", network_id: network.id, network: "10.0.0.0/16", subnet: "10.0.1.0/24", gateway: "10.0.0.1" },
    ]);
    expect(parse(get("metadata").body)).toMatchObject({
      hostname: "web",
      "instance-id": String(server.id),
      "public-keys": [key],
      "network-config": { version: 1, config: [{ subnets: [{ type: "dhcp" }, { address: "2001:db8:0:1::1/64" }] }] },
    });
    expect(get("metadata/nothing").status).toBe(404);
    expect(api.running.metadataAnswer(server.id, "/latest/meta-data/hostname").status).toBe(404);
    expect(api.running.metadataAnswer(999, "/hetzner/v1/metadata").status).toBe(404);
  } finally {
    await api.remove();
  }
});
