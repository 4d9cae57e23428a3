import { TestApi, token } from "../../support/testApi";

test("a start that fails leaves the directory to the next one", async () => {
  const [first, second] = [await new TestApi().start(), new TestApi()];
  try {
    await first.must("POST", "/placement_groups", { name: "pg", type: "spread" });
    await expect(second.start({ port: first.running.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(second.start({ delayFactor: 0 })).rejects.toThrow("greater than 0");
    await second.start();
    expect((await second.call("GET", "/placement_groups")).body.placement_groups).toEqual([]);
  } finally {
    await first.remove();
    await second.remove();
  }
});

test("the API listens on loopback only, and never logs the token", async () => {
  const api = await new TestApi().start();
  try {
    expect(api.running.endpoint).toBe(`http://127.0.0.1:${String(api.running.port)}/v1`);
    await api.server("web");
    const seen = JSON.stringify([api.log, (await api.call("GET", "/_local/calls")).body]);
    expect(seen).not.toContain(token);
  } finally {
    await api.remove();
  }
});
