import { knownFrom } from "../../../cli/status";

test("a machine that a failed update has not deleted yet is asked as well", () => {
  const server = (machine: string, role: string) => ({
    urn: `urn:${machine}`,
    type: "hcloud:index/server:Server",
    outputs: { labels: { stack: "prod", role, machine } },
  });
  const machines = { "load-balancer-1": { roles: ["loadBalancer"] }, "app-1": { roles: ["app", "database"] } };
  const resources = [
    server("load-balancer-1", "loadBalancer"),
    server("load-balancer-2", "loadBalancer"),
    server("app-1", "app_database"),
    // Not ours by its labels.
    { urn: "urn:other", type: "hcloud:index/server:Server", outputs: { labels: {} } },
  ];
  expect(knownFrom("prod", { resources, outputs: { machines }, pending: [] }).machines).toEqual([
    { name: "load-balancer-1", roles: ["loadBalancer"] },
    { name: "app-1", roles: ["app", "database"] },
    { name: "load-balancer-2", roles: ["loadBalancer"] },
  ]);
});
