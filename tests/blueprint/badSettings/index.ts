import { badAdmins } from "./admin";
import { badApps } from "./app";
import { badData } from "./data";
import { badHttps } from "./https";
import { badLoadBalancers } from "./loadBalancer";
import { badMonitors } from "./monitor";
import { badStacks } from "./stack";

/** Stack files that cannot be used, by what is wrong in them. */
export const badSettings = {
  app: badApps,
  "load balancer": badLoadBalancers,
  https: badHttps,
  admin: badAdmins,
  "database, backups and releases": badData,
  monitor: badMonitors,
  stack: badStacks,
} as const;
