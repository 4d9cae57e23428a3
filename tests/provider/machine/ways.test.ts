import { LeaseRoutes } from "../../../provider/machine/lease/ways";
import { UNKNOWN } from "../../../provider/grpc/types";

const way = { host: "10.0.1.41", user: "holdfast", serverId: "4", via: [{ host: "203.0.113.7", user: "holdfast" }] };

test("the way to the machine that keeps the lease is the one that the settings of this run name last", () => {
  const routes = new LeaseRoutes();
  routes.remember({ host: "203.0.113.9", user: "holdfast", serverId: "4" });
  routes.remember(way);
  expect(routes.to("4")).toEqual(way);
});

test("a way that is not known yet is none, and neither is one to another machine", () => {
  const routes = new LeaseRoutes();
  routes.remember({ ...way, serverId: "5", host: UNKNOWN });
  routes.remember({ ...way, serverId: UNKNOWN });
  routes.remember(undefined);
  expect(["5", "6"].map((id) => routes.to(id))).toEqual([undefined, undefined]);
});
