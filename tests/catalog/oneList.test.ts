import { z } from "zod";
import { sections } from "../../blueprint/sections";
import { listPrices } from "../../failures/prices/priceList";
import { TestApi } from "../support/testApi";

/** There is one list of what Hetzner offers: settings accept what the local cloud serves, and all of it has a price. */
let api: TestApi;
beforeAll(async () => {
  api = await new TestApi().start();
});
afterAll(() => api.remove());

interface Offered {
  readonly name: string;
  readonly prices: readonly { readonly location: string; readonly price_monthly: { readonly net: string } }[];
}

async function served(rows: string): Promise<Offered[]> {
  return (await api.call("GET", `/${rows}?per_page=50`)).body[rows] as Offered[];
}

/** By name, in cents. @throws where a type has none */
function pricesOf(offered: readonly Offered[]): Record<string, number> {
  return Object.fromEntries(
    offered.map(({ name, prices: [first] }) => {
      if (!first) throw new Error(`${name} has no price`);
      return [name, Math.round(Number(first.price_monthly.net) * 100)];
    }),
  );
}

/** What a setting can be, e.g. `app.serverType`. */
function accepted(setting: string): unknown {
  const [section = "", ...keys] = setting.split(".");
  const json = z.toJSONSchema(sections[section as keyof typeof sections], { io: "input", unrepresentable: "any" });
  return keys.reduce((node, key) => node.properties?.[key] as typeof node, json).enum;
}

test.each(["app", "database", "loadBalancer"])("%s can be of every server type, and of no other", async (section) => {
  const names = (await served("server_types")).map(({ name }) => name);
  expect(accepted(`${section}.serverType`)).toEqual(names);
});

test("every server type costs in the report what it costs by the API", async () => {
  expect(listPrices.servers).toEqual(pricesOf(await served("server_types")));
});

test("stacks can be in every location, and in no other", async () => {
  expect(accepted("location")).toEqual((await served("locations")).map(({ name }) => name));
});

test("Storage Boxes: types, locations and prices are those of the API", async () => {
  const types = await served("storage_box_types");
  expect(accepted("backup.storage.type")).toEqual(types.map(({ name }) => name));
  expect(listPrices.storageBoxes).toEqual(pricesOf(types));
  for (const { prices } of types) {
    expect(accepted("backup.storage.location")).toEqual(prices.map(({ location }) => location));
  }
});
