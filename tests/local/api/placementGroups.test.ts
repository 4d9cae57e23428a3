import { TestApi } from "../../support/testApi";

describe("placement groups and SSH keys", () => {
  const api = TestApi.forEachTest();

  test("a spread group takes ten servers", async () => {
    const { placement_group: group } = await api.must("POST", "/placement_groups", { name: "pg", type: "spread" });
    for (let index = 0; index < 10; index++) await api.server(`web-${String(index)}`, { placement_group: group.id });
    const body = { name: "web-10", server_type: "cx23", image: "debian-13", placement_group: group.id };
    expect(await api.refused("POST", "/servers", body)).toBe("placement_error");
    expect((await api.call("GET", `/placement_groups/${group.id}`)).body.placement_group.servers).toHaveLength(10);
  });

  test("a server joins while it is off, and leaves", async () => {
    const { placement_group: group } = await api.must("POST", "/placement_groups", { name: "pg", type: "spread" });
    const server = await api.server("web");
    const join = [
      "POST",
      `/servers/${server.id}/actions/add_to_placement_group`,
      { placement_group: group.id },
    ] as const;
    expect(await api.refused(...join)).toBe("server_not_stopped");
    await api.must("POST", `/servers/${server.id}/actions/poweroff`);
    await api.must(...join);
    await api.must("POST", `/servers/${server.id}/actions/remove_from_placement_group`);
    expect((await api.call("GET", `/servers/${server.id}`)).body.server.placement_group).toBeNull();
    expect((await api.call("DELETE", `/placement_groups/${group.id}`)).status).toBe(204);
  });

  test("a key is there once, under one name, and has to be a key", async () => {
    // The fingerprint was made with `ssh-keygen -l -E md5`.
    const public_key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF3b6acWCA/8fBBFjJ9+a4HX/VKIx1E8x0fJnzcWrAZN somebody@example.com";
    const { ssh_key } = await api.must("POST", "/ssh_keys", { name: "a", public_key });
    expect(ssh_key.fingerprint).toBe("23:8a:cd:36:56:a2:f3:35:3f:8a:53:11:db:e9:52:17");
    expect(await api.refused("POST", "/ssh_keys", { name: "b", public_key })).toBe("uniqueness_error");
    expect(await api.refused("POST", "/ssh_keys", { name: "c", public_key: "ssh-ed25519 AAAA x" })).toBe(
      "invalid_input",
    );
    expect((await api.call("GET", `/ssh_keys?fingerprint=${ssh_key.fingerprint}`)).body.ssh_keys).toHaveLength(1);
    expect((await api.must("PUT", `/ssh_keys/${ssh_key.id}`, { labels: { a: "1" } })).ssh_key.labels).toEqual({
      a: "1",
    });
    expect((await api.call("DELETE", `/ssh_keys/${ssh_key.id}`)).status).toBe(204);
  });
});
