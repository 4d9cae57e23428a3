import { isProdStack } from "../stacks";
import { serverTypes } from "../../catalog";
import { guestMemory, instanceMemory } from "../memory";
import type { Rule } from "./rule";

/** Machines without a public address are reached through a load balancer, the monitor's own too. */
export const monitorHasAWay: Rule = ({ monitor, loadBalancer }) =>
  monitor?.machines !== 1 || !loadBalancer || loadBalancer.machines > 0
    ? []
    : [
        {
          setting: "holdfast:monitor.machines",
          value: 1,
          wrong: "is not possible without a load balancer",
          why: "the way to the monitor's machine goes through a load balancer",
          fix: "write machines: 0 here, or holdfast:loadBalancer.machines: 1",
        },
      ];

/** On the app machine the monitor takes memory that instances would have. */
export const monitorHasMemory: Rule = ({ monitor, loadBalancer, app, database }) => {
  if (!monitor || !app || monitor.machines > 0 || loadBalancer?.machines !== 0 || app.machines > 1) return [];
  const free = serverTypes[app.serverType].memory * 1024 - instanceMemory(app, database) * app.instances;
  return free >= guestMemory
    ? []
    : [
        {
          setting: "holdfast:monitor",
          wrong: `has ${Math.max(0, Math.floor(free))} MiB of app-1, where it needs ${guestMemory}`,
          why: "without a load balancer it is on app-1, beside the instances",
          fix: "write less memory or fewer instances in holdfast:app, or choose a larger serverType there",
        },
      ];
};

/** A warning only: what watches production has to be watched as well, and one way to people may fail. */
export const prodIsWatched: Rule = ({ stack, monitor, broken = [] }) => {
  if (!isProdStack(stack) || broken.includes("monitor")) return [];
  if (!monitor) {
    return [
      {
        setting: "holdfast:monitor",
        wrong: "is missing",
        why: "nobody is told when production breaks at night",
        fix: "follow docs/monitoring.md, which takes five minutes",
      },
    ];
  }
  const kinds = new Set(monitor.page.map(({ kind }) => kind));
  return [
    ...(!monitor.heartbeat
      ? [
          {
            setting: "holdfast:monitor.heartbeat",
            wrong: "is missing",
            why: "when the monitor itself is dead, nobody is told anything",
            fix: "take an address of a service such as healthchecks.io, as docs/monitoring.md says",
          },
        ]
      : []),
    ...(kinds.size > 1
      ? []
      : [
          {
            setting: "holdfast:monitor.page",
            wrong: `has ${[...kinds].join("")} alone`,
            why: "while that service is out of order, nobody is told what breaks",
            fix: "add a channel of another kind, e.g. { email: [team@example.com] }",
          },
        ]),
  ];
};
