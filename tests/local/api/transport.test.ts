import { TestApi, token } from "../../support/testApi";

describe("what is the same for all operations", () => {
  const api = TestApi.forEachTest();

  const groups = async (...names: string[]) => {
    for (const name of names) {
      const labels = { name, ...(name === "b" && { env: "prod" }) };
      await api.must("POST", "/placement_groups", { name, type: "spread", labels });
    }
  };
  const names = async (query: string): Promise<string> => {
    const { placement_groups } = (await api.call("GET", `/placement_groups?${query}`)).body;
    return placement_groups.map((group: { name: string }) => group.name).join(" ");
  };

  test.each([undefined, "Bearer wrong", token])("the token %s is not accepted", async (authorization) => {
    const answer = await api.call("GET", "/servers", undefined, { authorization: authorization ?? "" });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: "unauthorized" } } });
    expect((await api.call("GET", "/_local/status", undefined, { authorization: authorization ?? "" })).status).toBe(
      401,
    );
  });

  test("lists come in pages", async () => {
    await groups(..."abcdefg");
    const { body } = await api.call("GET", "/placement_groups?page=2&per_page=3");
    expect(body.placement_groups.map((group: { name: string }) => group.name)).toEqual(["d", "e", "f"]);
    expect(body.meta.pagination).toEqual({
      page: 2,
      per_page: 3,
      previous_page: 1,
      next_page: 3,
      last_page: 3,
      total_entries: 7,
    });
    expect((await api.call("GET", "/placement_groups?per_page=500")).body.meta.pagination.per_page).toBe(50);
    expect(await api.refused("GET", "/placement_groups?page=0")).toBe("invalid_input");
  });

  test("lists are sorted and filtered", async () => {
    await groups("b", "c", "a");
    expect(await names("")).toBe("b c a");
    expect(await names("sort=name")).toBe("a b c");
    expect(await names("sort=name:desc")).toBe("c b a");
    expect(await names("sort=created:desc&sort=name")).toBe("a b c");
    expect(await names("name=c")).toBe("c");
    expect(await names("name=nobody")).toBe("");
    expect(await api.refused("GET", "/placement_groups?sort=color")).toBe("invalid_input");
  });

  test.each([
    ["env", "b"],
    ["!env", "a c"],
    ["env=prod", "b"],
    ["env==prod", "b"],
    ["env!=prod", "a c"],
    ["name in (a, b)", "a b"],
    ["name notin (a,b)", "c"],
    ["name in (a,b),env!=prod", "a"],
    ["", "a b c"],
  ])("label selector %s", async (selector, expected) => {
    await groups("a", "b", "c");
    expect(await names(`label_selector=${encodeURIComponent(selector)}`)).toBe(expected);
  });

  test("a label selector that is none is refused", async () => {
    expect(await api.refused("GET", `/servers?label_selector=${encodeURIComponent("a=b=c")}`)).toBe("invalid_input");
  });

  test("what is not there, not built, gone, or no JSON", async () => {
    const error = async (method: string, path: string) => (await api.call(method, path)).body.error.code;
    expect(await error("GET", "/nothing")).toBe("not_found");
    expect(await error("GET", "/servers/7")).toBe("not_found");
    expect(await error("GET", "/servers/abc")).toBe("not_found");
    expect(await error("POST", "/load_balancers")).toBe("not_implemented");
    expect(await error("GET", "/datacenters")).toBe("deprecated_api_endpoint");
    expect((await api.call("GET", "/load_balancers")).body.load_balancers).toEqual([]);
    const response = await fetch(`${api.running.endpoint}/servers`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: "{",
    });
    expect(await response.json()).toMatchObject({ error: { code: "json_error" } });
  });

  test("the rate limit counts down, refuses, and comes back", async () => {
    await api.stop();
    await api.start({ rateLimit: 3 });
    for (const left of ["2", "1", "0"]) {
      expect((await api.call("GET", "/servers")).headers.get("ratelimit-remaining")).toBe(left);
    }
    const refused = await api.call("GET", "/servers");
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "rate_limit_exceeded" } } });
    expect(refused.headers.get("ratelimit-limit")).toBe("3");
    expect(Number(refused.headers.get("ratelimit-reset"))).toBe(api.clock.now() / 1000 + 3600);
    await api.clock.advance(1200);
    expect((await api.call("GET", "/servers")).status).toBe(200);
    expect((await api.call("GET", "/servers")).status).toBe(429);
  });

  test("actions are read by ids, of a kind, and of a resource", async () => {
    const server = await api.server("web");
    const { body } = await api.call("GET", `/servers/${server.id}/actions?sort=id`);
    const [create, start] = body.actions;
    expect([create.command, start.command]).toEqual(["create_server", "start_server"]);
    const both = await api.call("GET", `/actions?id=${create.id}&id=${start.id}&page=1&sort=status&sort=id`);
    expect(both.body.actions).toHaveLength(2);
    expect((await api.call("GET", `/servers/actions/${start.id}`)).body.action).toMatchObject({ progress: 100 });
    expect((await api.call("GET", `/servers/${server.id}/actions/${start.id}`)).status).toBe(200);
    expect((await api.call("GET", `/networks/actions/${start.id}`)).status).toBe(404);
    expect((await api.call("GET", "/servers/actions?status=running")).body.actions).toEqual([]);
    expect(await api.refused("GET", "/actions")).toBe("invalid_input");
  });

  test("the catalog: locations, types with prices, images, pricing", async () => {
    expect((await api.call("GET", "/locations")).body.locations).toHaveLength(6);
    const [type] = (await api.call("GET", "/server_types?name=cx23")).body.server_types;
    expect((await api.call("GET", `/server_types/${type.id}`)).body.server_type).toEqual(type);
    expect(type.prices[0].price_monthly.net).toMatch(/^\d+\.\d{10}$/);
    const { pricing } = (await api.call("GET", "/pricing")).body;
    expect(pricing.server_types.find((price: { id: number }) => price.id === type.id).prices).toEqual(type.prices);
    const images = "/images?architecture=x86&include_deprecated=true&name=debian-13";
    expect((await api.call("GET", images)).body.images).toMatchObject([{ name: "debian-13", type: "system" }]);
    expect((await api.call("GET", "/images?name=debian-11")).body.images).toEqual([]);
    expect((await api.call("GET", "/isos")).body.isos).toEqual([]);
  });
});
