import { TestApi } from "../../support/testApi";

describe("faults and control", () => {
  const api = TestApi.forEachTest();

  const fault = (body: object) => api.must("POST", "/_local/faults", body);
  const list = "GET /servers";

  test("the next calls of one operation fail as told, others do not", async () => {
    await fault({ operation: list, times: 2, error: { code: "locked", message: "wait" } });
    for (let round = 0; round < 2; round++) {
      const answer = await api.call("GET", "/servers");
      expect(answer).toMatchObject({ status: 423, body: { error: { code: "locked", message: "wait" } } });
      expect(answer.headers.get("x-holdfast-fault")).toBe("1");
      expect((await api.call("GET", "/networks")).status).toBe(200);
    }
    expect((await api.call("GET", "/servers")).status).toBe(200);
  });

  test("a fault without a number stays until it is removed", async () => {
    const { fault: unavailable } = await fault({ operation: "*", error: { code: "unavailable", status: 503 } });
    for (let round = 0; round < 3; round++) expect((await api.call("GET", "/locations")).status).toBe(503);
    expect((await api.call("GET", "/_local/faults")).body.faults).toHaveLength(1);
    expect((await api.call("DELETE", `/_local/faults/${unavailable.id}`)).status).toBe(204);
    expect((await api.call("GET", "/locations")).status).toBe(200);
  });

  test("a refused call of an assign leaves the floating IP where it is", async () => {
    const server = await api.server("a");
    const { floating_ip: ip } = await api.must("POST", "/floating_ips", { type: "ipv4", home_location: "nbg1" });
    await fault({ operation: "POST /floating_ips/{id}/actions/assign", times: 1, error: { code: "conflict" } });
    const assign = ["POST", `/floating_ips/${ip.id}/actions/assign`, { server: server.id }] as const;
    expect(await api.refused(...assign)).toBe("conflict");
    expect((await api.call("GET", `/floating_ips/${ip.id}`)).body.floating_ip.server).toBeNull();
    await api.must(...assign);
  });

  test("a slow call is answered late, and right", async () => {
    await fault({ operation: list, times: 1, delay: 5 });
    let answered = false;
    const call = api.call("GET", "/servers").then((answer) => {
      answered = true;
      return answer;
    });
    // The request has arrived once the control side sees the fault used up.
    while ((await api.call("GET", "/_local/faults")).body.faults.length > 0);
    await api.clock.advance(4.9);
    expect(answered).toBe(false);
    await api.clock.advance(0.2);
    expect((await call).status).toBe(200);
  });

  test("a silent API takes the request and says nothing", async () => {
    await fault({ operation: list, times: 1, silent: true });
    const call = fetch(`${api.running.endpoint}/servers`, { signal: AbortSignal.timeout(300) });
    await expect(call).rejects.toThrow("timeout");
    expect((await api.call("GET", "/servers")).status).toBe(200);
  });

  test("while it is down connections break, and control still works", async () => {
    await fault({ operation: "*", down: true });
    await expect(api.call("GET", "/servers")).rejects.toThrow("fetch failed");
    expect((await api.call("DELETE", "/_local/faults")).status).toBe(204);
    expect((await api.call("GET", "/servers")).status).toBe(200);
  });

  test.each([
    {},
    { operation: "*" },
    { operation: "GET /nothing", silent: true },
    { operation: "*", delay: 0 },
    { operation: "*", silent: true, unknown: 1 },
  ])("%j is no fault", async (body) => {
    expect(await api.refused("POST", "/_local/faults", body)).toBe("invalid_input");
  });

  test("delays can be made shorter, never zero", async () => {
    const server = await api.server("a");
    await api.must("POST", "/_local/delays", { factor: 0.001 });
    expect(await api.must("GET", "/_local/delays")).toEqual({ factor: 0.001, seconds: { assign_floating_ip: 0.0003 } });
    await api.call("POST", `/servers/${server.id}/actions/poweroff`);
    await api.clock.advance(0.002);
    expect((await api.call("GET", `/servers/${server.id}`)).body.server.status).toBe("off");
    for (const factor of [0, -1, "1"])
      expect(await api.refused("POST", "/_local/delays", { factor })).toBe("invalid_input");
  });

  test("the call log tells what was called, and how it ended", async () => {
    await api.call("GET", "/servers/7?x=1");
    await api.call("GET", "/nothing");
    const { calls } = (await api.call("GET", "/_local/calls")).body;
    expect(calls).toMatchObject([
      { method: "GET", path: "/v1/servers/7?x=1", operation: "GET /servers/{id}", status: 404 },
      { method: "GET", path: "/v1/nothing", operation: null, status: 404 },
    ]);
  });

  test("the status shows machines and who holds the floating IPs", async () => {
    const network = await api.network();
    const server = await api.server("web", { networks: [network.id], labels: { role: "web" } });
    const { floating_ip: ip } = await api.must("POST", "/floating_ips", {
      type: "ipv4",
      server: server.id,
      name: "vip",
    });
    expect((await api.call("GET", "/_local/status")).body).toEqual({
      machines: [
        {
          id: server.id,
          name: "web",
          labels: { role: "web" },
          status: "running",
          addresses: { ipv4: "203.0.113.10", ipv6: "2001:db8:0:1::1", private: ["10.0.1.1"] },
          running: true,
          initPid: null,
        },
      ],
      storageBoxes: [],
      floatingIps: [{ id: ip.id, name: "vip", ip: "203.0.113.100", server: { id: server.id, name: "web" } }],
    });
  });
});
