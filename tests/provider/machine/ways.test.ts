import { presentWay, rememberWay } from "../../../provider/machine/lease/ways";
import { UNKNOWN } from "../../../provider/grpc/types";

const way = { host: "10.0.1.41", user: "holdfast", serverId: "4", via: [{ host: "203.0.113.7", user: "holdfast" }] };

test("the way to the machine that keeps the lease is the one that the settings of this run name last", () => {
  rememberWay({ host: "203.0.113.9", user: "holdfast", serverId: "4" });
  rememberWay(way);
  expect(presentWay("4")).toEqual(way);
});

test("a way that is not known yet is none, and neither is one to another machine", () => {
  rememberWay({ ...way, serverId: "5", host: UNKNOWN });
  rememberWay({ ...way, serverId: UNKNOWN });
  rememberWay(undefined);
  expect(["5", "6"].map(presentWay)).toEqual([undefined, undefined]);
});
