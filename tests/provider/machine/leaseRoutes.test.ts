import { LeaseRoutes } from "../../../provider/machine/resource/context";
import { UNKNOWN } from "../../../provider/grpc/types";

const route = { host: "10.0.1.41", user: "holdfast", serverId: "4", via: [{ host: "203.0.113.7", user: "holdfast" }] };

test("the route to the machine that keeps the lease is the last one that the settings of this run name", () => {
  const routes = new LeaseRoutes();
  routes.remember({ host: "203.0.113.9", user: "holdfast", serverId: "4" });
  routes.remember(route);
  expect(routes.to("4")).toEqual(route);
});

test("a route that is not known yet is not kept, and none leads to another machine", () => {
  const routes = new LeaseRoutes();
  routes.remember({ ...route, serverId: "5", host: UNKNOWN });
  routes.remember({ ...route, serverId: UNKNOWN });
  routes.remember(undefined);
  expect(["5", "6"].map((id) => routes.to(id))).toEqual([undefined, undefined]);
});
