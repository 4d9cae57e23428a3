import { Clone } from "../../../drills/frame/clone";
import { drillsOfThePair } from "./pair/drills";
import { handOversByHand } from "./pair/handOver";
import { onMachines } from "./pair/onMachines";
import { rightsOfServices } from "./pair/rights";
import { updatesUnderLoad } from "./pair/updates";
import { succeeded } from "../stack/succeeded";

// A stack with two load balancers, brought up once for all who have to look at what visitors see meanwhile.

const clone = new Clone("local-pair");

beforeAll(async () => {
  await clone.holdfast(["local", "down"]);
  clone.editSettings((text) => text.replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2"));
  succeeded(await clone.holdfast(["local", "up"]));
}, 600_000);

afterAll(() => clone.remove(), 300_000);

describe("what people do on machines", () => {
  onMachines(clone);
});

describe("what services may do", () => {
  rightsOfServices(clone);
});

describe("the address is handed over by hand", () => {
  handOversByHand(clone);
});

describe("each fault once", () => {
  drillsOfThePair(clone);
});

// The last: the stack runs another program afterwards.
describe("updates", () => {
  updatesUnderLoad(clone);
});
