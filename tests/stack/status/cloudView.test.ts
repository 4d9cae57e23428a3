import { askCloud } from "../../../stack/status/cloudView";
import { TestApi, token } from "../../support/testApi";

let api: TestApi;
beforeEach(async () => (api = await new TestApi().start()));
afterEach(() => api.remove());

test("what carries the stack's label, and nothing else", async () => {
  const { id } = (await api.server("prod-load-balancer-1", { labels: { stack: "prod" } })) as { id: number };
  await api.server("staging-app-1", { labels: { stack: "staging" } });
  const ip = { type: "ipv4", home_location: "nbg1", labels: { stack: "prod" } };
  const { floating_ip: floating } = (await api.must("POST", "/floating_ips", ip)) as {
    floating_ip: { id: number; ip: string };
  };
  const ask = () => askCloud("prod", { endpoint: api.running.endpoint, token });

  expect(await ask()).toEqual({
    servers: { "prod-load-balancer-1": "running" },
    floatingIps: [{ address: floating.ip, server: null }],
  });
  await api.must("POST", `/floating_ips/${floating.id}/actions/assign`, { server: id });
  expect((await ask()).floatingIps).toEqual([{ address: floating.ip, server: "prod-load-balancer-1" }]);
});

test("a refused token is said as the API says it", async () => {
  const asked = askCloud("prod", { endpoint: api.running.endpoint, token: "wrong" });
  await expect(asked).rejects.toThrow("the cloud's API answers 401");
});
