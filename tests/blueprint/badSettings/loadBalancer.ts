import { app, type BadSettings } from "./badSettings";

const limits = (written: object) => ({ loadBalancer: { limits: written } });

/** holdfast:loadBalancer and holdfast:failoverToken */
export const badLoadBalancers: readonly BadSettings[] = [
  {
    mistake: "three of them",
    written: { loadBalancer: { machines: 3 } },
    says: ["holdfast:loadBalancer.machines: 3 is more than 2 | a third would only cost"],
  },
  {
    mistake: "fewer than none",
    written: { loadBalancer: { machines: -1 } },
    says: ["holdfast:loadBalancer.machines: -1 is less than 0"],
  },
  {
    mistake: "yes, please",
    written: { loadBalancer: true },
    says: ["holdfast:loadBalancer: true is true or false, not a group of settings"],
  },
  {
    mistake: "none for two app machines",
    written: { app: app({ machines: 2 }), loadBalancer: { machines: 0 } },
    says: ["holdfast:loadBalancer.machines: 0 is not possible with 2 app machines | holdfast:app.machines: 1"],
  },
  {
    mistake: "a type that is not known",
    written: { loadBalancer: { serverType: "lb11" } },
    says: ["holdfast:loadBalancer.serverType: lb11 is not known | write one of cx23"],
  },
  {
    mistake: "a type that is sold elsewhere",
    written: { loadBalancer: { serverType: "cpx21" } },
    says: ["holdfast:loadBalancer.serverType: cpx21 is not sold in nbg1"],
  },
  {
    mistake: "a limit that is misspelt",
    written: limits({ requestsPerSource: 10 }),
    says: ["holdfast:loadBalancer.limits.requestsPerSource: is not a setting | did you mean"],
  },
  {
    mistake: "a host with its port, and one that is a URL",
    written: { loadBalancer: { hosts: ["www.example.com:80", "https://example.com"] } },
    says: [
      "holdfast:loadBalancer.hosts[0]: www.example.com:80 is not a host name in small letters | write e.g. `www.example.com`",
      "holdfast:loadBalancer.hosts[1]: https://example.com is not a host name in small letters",
    ],
  },
  {
    mistake: "bodies that need not come at all",
    written: limits({ bodyRate: 0, bodyPause: 600, bodiesPerSource: 0 }),
    says: [
      "holdfast:loadBalancer.limits.bodyRate: 0 is less than 1",
      "holdfast:loadBalancer.limits.bodyPause: 600 is more than 60",
      "holdfast:loadBalancer.limits.bodiesPerSource: 0 is less than 1",
    ],
  },
  {
    mistake: "hardly any connections",
    written: limits({ connections: 5 }),
    says: ["holdfast:loadBalancer.limits.connections: 5 is less than 100"],
  },
  {
    mistake: "more connections than the machine has memory for",
    written: limits({ connections: 500_000 }),
    says: [
      "holdfast:loadBalancer.limits.connections: 500000 needs 17090 MiB | a cx23 has 4096 MiB, 512 of them for the system",
    ],
  },
  {
    mistake: "one source may take all connections",
    written: limits({ connections: 200, connectionsPerSource: 500 }),
    says: [
      "holdfast:loadBalancer.limits.connectionsPerSource: 500 is more than all connections together (200) | write at most 200",
    ],
  },
  {
    mistake: "no requests for anybody",
    written: limits({ requestRatePerSource: 0 }),
    says: ["holdfast:loadBalancer.limits.requestRatePerSource: 0 is less than 1"],
  },
  {
    mistake: "an instance that may do nothing",
    written: limits({ requestsPerInstance: 0 }),
    says: ["holdfast:loadBalancer.limits.requestsPerInstance: 0 is less than 1"],
  },
  {
    mistake: "a body of a size in words",
    written: limits({ bodySize: "10MB" }),
    says: ["holdfast:loadBalancer.limits.bodySize: 10MB is text, not a number"],
  },
  {
    mistake: "a body without bounds",
    written: limits({ bodySize: 20_000 }),
    says: ["holdfast:loadBalancer.limits.bodySize: 20000 is more than 10240"],
  },
  {
    mistake: "five minutes for a request's head",
    written: limits({ headerTimeout: 300 }),
    says: ["holdfast:loadBalancer.limits.headerTimeout: 300 is more than 60"],
  },
  {
    mistake: "no waiting at all",
    written: limits({ queueTimeout: 0 }),
    says: ["holdfast:loadBalancer.limits.queueTimeout: 0 is less than 0.1"],
  },
  {
    mistake: "an exempt address that is no range",
    written: limits({ exempt: ["198.51.100.7"] }),
    says: ["holdfast:loadBalancer.limits.exempt[0]: 198.51.100.7 is not an address and a prefix length"],
  },
  {
    mistake: "an exempt address that stands for its whole network",
    written: limits({ exempt: ["198.51.100.7/24"] }),
    says: [
      "holdfast:loadBalancer.limits.exempt[0]: 198.51.100.7/24 is an address, but its /24 stands for a whole range | write 198.51.100.7/32",
    ],
  },
  {
    mistake: "everybody exempt from all limits",
    written: limits({ exempt: ["198.51.100.7/32", "::/0"] }),
    says: ["holdfast:loadBalancer.limits.exempt[1]: ::/0 exempts everybody | raise the limits"],
  },
  {
    mistake: "exempt sources by name",
    written: limits({ exempt: ["monitor.example.org"] }),
    says: ["monitor.example.org is not an address and a prefix length"],
  },
  {
    mistake: "a token in plain text",
    written: { failoverToken: "hunter2hunter2" },
    says: ["holdfast:failoverToken: is written in plain text | revoke that token at Hetzner"],
  },
  {
    mistake: "no token when machines are made",
    written: {},
    update: true,
    says: ["holdfast:failoverToken: is missing | pulumi config set --secret"],
  },
];
