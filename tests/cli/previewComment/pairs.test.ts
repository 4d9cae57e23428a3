import { hasPulumi } from "../../blueprint/pulumi";
import { testKey } from "../../blueprint/source";
import { describeWhere } from "../../support/needs";
import { app, balancer, expectComment, type Pair } from "./pair";

jest.setTimeout(300_000);

const pairs: readonly Pair[] = [
  { title: "nothing", after: {}, says: ["Nothing changes in `prod`"], hides: ["### prod", "to create"] },
  {
    title: "a second load balancer",
    after: balancer({ machines: 2 }),
    says: [
      /\*\*\d+ to create\*\*/,
      "to create: machine load-balancer-2",
      "✅ The load balancer is no longer a single point of failure",
      "(+ 5.99 €)",
    ],
    hides: ["to replace: machine", "⚠️"],
  },
  {
    title: "a load balancer less",
    before: balancer({ machines: 2 }),
    after: {},
    says: [
      "The machine load-balancer-2 is deleted: with everything on it.",
      "🔻 The load balancer becomes a single point of failure",
      "(- 5.99 €)",
    ],
  },
  {
    title: "a third app machine: the load balancer learns of it",
    after: app({ machines: 3 }),
    says: [
      "to create: machine app-3",
      "to change: configuration of load-balancer-1",
      "`/etc/haproxy/haproxy.cfg` on load-balancer-1: changed",
      /^\+ +server app-3-1 /m,
      "An app machine fails: 2 of 3 are left (before: 1 of 2)",
    ],
  },
  {
    title: "an app machine less",
    after: app({ machines: 1 }),
    says: [
      "The machine app-2 is deleted: with everything on it.",
      /^- +server app-2-1 /m,
      "🔻 The only app machine becomes",
    ],
  },
  {
    title: "one more instance on each machine",
    after: app({ instances: 3 }),
    says: [/app-1 will .*start app@3\.service/, /^\+ +server app-2-3 /m, "(± 0.00 €)"],
    hides: ["to create: machine", "to replace"],
  },
  {
    title: "larger app machines: they lose power",
    after: app({ serverType: "cx33" }),
    says: [
      "The machine app-1 is powered off to change its type from cx23 to cx33",
      "The machine app-2 is powered off",
      "to change: machine app-1: `serverType`",
    ],
    hides: ["to replace: machine"],
  },
  {
    title: "another location: everything is made anew",
    after: { location: "fsn1" },
    says: [
      "The machine app-1 is replaced (because of location): everything on it is lost",
      "The floating IP visitors is replaced (because of homeLocation): visitors get another address",
    ],
  },
  {
    title: "another location of a protected stack: refused, with the words that allow it",
    before: { protect: true },
    after: { protect: true, location: "fsn1" },
    says: ["**Protected, so refused:**", /npx holdfast up --stack prod .*--allow visitors/, "floating IP visitors"],
  },
  {
    title: "protection lifted",
    before: { protect: true },
    after: {},
    says: [
      "Hetzner's protection of the floating IP visitors is lifted",
      "Hetzner's protection of the private network network",
    ],
    hides: ["refused"],
  },
  {
    title: "a limit: lines of one file, a reload, nobody is restarted",
    after: balancer({ limits: { requestRatePerSource: 50 } }),
    says: ["**1 to change**", "load-balancer-1 will reload haproxy.service", /^[-+].*50/m],
    hides: ["⚠️", "to create"],
  },
  {
    title: "SSH from elsewhere: firewall and machines",
    after: { admin: { sshKeys: [testKey], allowFrom: ["198.51.100.0/24", "203.0.113.7/32"] } },
    says: ["to change: firewall firewall-load-balancer: `rules`", /^\+.*203\.0\.113\.7/m],
    hides: ["⚠️"],
  },
  {
    title: "the smallest stack gets a load balancer",
    before: { ...app({ machines: 1 }), ...balancer({ machines: 0 }) },
    after: app({ machines: 1 }),
    says: [
      "to create: floating IP visitors",
      "The machine app-1 is powered off and on again to change its public addresses.",
      "✅ Visitors come by the floating IP",
    ],
  },
  {
    title: "down to one machine again: its address goes, and the preview does not stumble over the next one",
    before: app({ machines: 1 }),
    after: { ...app({ machines: 1 }), ...balancer({ machines: 0 }) },
    says: [
      "The floating IP visitors is deleted: the address goes back to Hetzner",
      "The machine app-1 is powered off and on again to change its public addresses.",
      "🔻 Visitors come by the machine's own address",
    ],
    hides: ["No update is possible"],
  },
  {
    title: "a variable of the app, in plain text",
    after: app({ environment: { GREETING: "hello" } }),
    says: [/^\+.*GREETING.*hello/m, "app-1 will restart app@1.service"],
  },
  {
    title: "a secret of the app changes: that it does, and nothing of it",
    before: app({ environment: { KEY: { secure: "v1:aaaa" } } }),
    after: app({ environment: { KEY: { secure: "v1:bbbb" } } }),
    says: [/on app-1, app-2: changed, its content is secret/, "app-1 will restart app@1.service"],
    hides: ["aaaa", "bbbb", /[0-9a-f]{64}/],
  },
  {
    title: "a database",
    after: { database: { machines: 1 } },
    says: ["to create: machine database-1", /to create: volume /, "/etc/holdfast/app/database.env"],
    hides: [/postgres:\/\//],
  },
  {
    title: "a larger volume of the database",
    before: { database: { machines: 1, volumeSize: 10 } },
    after: { database: { machines: 1, volumeSize: 20 } },
    says: [/to change: volume [\w-]+: `size`/, "(+ 0.57 €)"],
    hides: ["to replace"],
  },
  {
    title: "the database goes",
    before: { database: { machines: 1 } },
    after: {},
    says: [/The volume [\w-]+ is deleted: with all data on it\./],
  },
  {
    title: "settings that cannot be used: what is wrong with them",
    after: balancer({ machines: 7 }),
    says: ["**No update is possible as it is:**", "holdfast:loadBalancer.machines: 7 is more than 2"],
  },
];

test("there are at least fifteen", () => {
  expect(pairs.length).toBeGreaterThanOrEqual(15);
});

describeWhere(hasPulumi)("the comment says what a real preview and the blueprints say:", () => {
  test.each(pairs)("$title", expectComment);
});
