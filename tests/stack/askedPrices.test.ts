import { CloudApi } from "../../stack/cloud/api";
import { askedPrices } from "../../stack/cloud/prices";
import { listPrices } from "../../failures/prices/priceList";
import { renderedReport } from "../../cli/report";
import { settingsFor } from "../failures/stacks";
import { TestApi, token } from "../support/testApi";

/** A local cloud without machines: its API has the recorded prices, which makes what is asked of it easy to judge. */
let api: TestApi;
let told: jest.SpyInstance;
const { HCLOUD_ENDPOINT: endpointBefore, HCLOUD_TOKEN: tokenBefore } = process.env;
beforeEach(async () => {
  api = await new TestApi().start();
  told = jest.spyOn(console, "error").mockImplementation();
  process.env.HCLOUD_ENDPOINT = api.running.endpoint;
  process.env.HCLOUD_TOKEN = token;
});
afterEach(async () => {
  told.mockRestore();
  for (const [name, value] of Object.entries({ HCLOUD_ENDPOINT: endpointBefore, HCLOUD_TOKEN: tokenBefore })) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await api.remove();
});

const settings = settingsFor({ database: {}, backup: { storage: { type: "bx21", location: "hel1" } } });

test("the API's prices are those that it was given, Storage Boxes by where they are", async () => {
  const asked = await askedPrices(new CloudApi({ endpoint: api.running.endpoint, token }), settings);
  const { primaryIpv4, floatingIpv4, volumeGb, storageBoxes, servers } = listPrices;
  expect(asked).toMatchObject({ primaryIpv4, floatingIpv4, volumeGb, storageBoxes });
  expect(asked.servers.cx23).toBe(servers.cx23);
  expect(asked.origin).toMatch(
    /^asked of http:\/\/127\.0\.0\.1:\d+\/v1 on \d{4}-\d\d-\d\d, which answers with a dated list$/,
  );
});

test("a Storage Box API that lets nobody in leaves their price open, and nothing else", async () => {
  await api.call("POST", "/_local/faults", {
    operation: "GET /storage_box_types",
    error: { code: "forbidden", status: 403 },
  });
  const asked = await askedPrices(new CloudApi({ endpoint: api.running.endpoint, token }), settings);
  expect(asked.storageBoxes).toEqual({});
  expect(asked.servers).not.toEqual({});
});

test("a report says where its prices are from", async () => {
  const asked = await renderedReport({ stack: "prod", prices: "api" });
  expect(asked.replace(/\s+/g, " ")).toContain(`List price asked of ${api.running.endpoint} on `);
  expect(told).not.toHaveBeenCalled();
  const recorded = await renderedReport({ stack: "prod" });
  expect(recorded.replace(/\s+/g, " ")).toContain(`List price recorded on ${listPrices.recorded}`);
});

test("where the API refuses, the recorded prices are taken, in words", async () => {
  process.env.HCLOUD_TOKEN = "x".repeat(64);
  const text = await renderedReport({ stack: "prod", prices: "api" });
  expect(text.replace(/\s+/g, " ")).toContain(`List price recorded on ${listPrices.recorded}`);
  expect(told).toHaveBeenCalledWith(expect.stringMatching(/could not be asked .*: the cloud's API answers 401/));
});
