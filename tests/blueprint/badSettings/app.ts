import { app, type BadSettings } from "./badSettings";

const environment = (variables: object) => ({ app: app({ environment: variables }) });

/** holdfast:app */
export const badApps: readonly BadSettings[] = [
  { mistake: "no app at all", written: { app: undefined }, says: ["holdfast:app: is missing | add it, e.g."] },
  { mistake: "only its name", written: { app: "guestbook" }, says: ["holdfast:app: guestbook is text, not a group"] },
  { mistake: "a list", written: { app: [] }, says: ["holdfast:app: [] is a list, not a group of settings"] },
  { mistake: "no release", written: { app: {} }, says: ["holdfast:app.release: is missing"] },
  {
    mistake: "a folder that is no release",
    written: { app: { release: "./docs" } },
    says: ["holdfast:app.release: ./docs has no holdfast.yaml | name the release's folder"],
  },
  { mistake: "an empty path", written: { app: { release: "" } }, says: ['holdfast:app.release: "" is not'] },
  {
    mistake: "a release from a web server without its checksum",
    written: { app: { release: "https://example.org/guestbook.tar.gz" } },
    says: ["holdfast:app.release: https://example.org/guestbook.tar.gz has no SHA-256 | sha256sum FILE"],
  },
  {
    mistake: "a release that anybody on the way can change",
    written: { app: { release: `http://example.org/guestbook.tar.gz#sha256=${"a".repeat(64)}` } },
    says: ["is fetched over http | use https"],
  },
  {
    mistake: "a release named by half a checksum",
    written: { app: { release: "guestbook@sha256:abc" } },
    says: ["does not end with a SHA-256 | 64 hexadecimal digits"],
  },
  {
    mistake: "no machines",
    written: { app: app({ machines: 0 }) },
    says: ["holdfast:app.machines: 0 is less than 1 | write a whole number from 1 to 200"],
  },
  {
    mistake: "fewer than none",
    written: { app: app({ machines: -2 }) },
    says: ["holdfast:app.machines: -2 is less than 1"],
  },
  {
    mistake: "a machine and a half",
    written: { app: app({ machines: 1.5 }) },
    says: ["1.5 is a number, not a whole number"],
  },
  {
    mistake: "a number in words",
    written: { app: app({ machines: "two" }) },
    says: ["holdfast:app.machines: two is text, not a number"],
  },
  {
    mistake: "a number in quotes",
    written: { app: app({ machines: "2" }) },
    says: ["holdfast:app.machines: 2 is text, not a number"],
  },
  {
    mistake: "more machines than there are addresses",
    written: { app: app({ machines: 201 }) },
    says: ["holdfast:app.machines: 201 is more than 200 | fixed addresses for 200 of them"],
  },
  {
    mistake: "no instances",
    written: { app: app({ instances: 0 }) },
    says: ["holdfast:app.instances: 0 is less than 1"],
  },
  {
    mistake: "too many instances",
    written: { app: app({ instances: 33 }) },
    says: ["holdfast:app.instances: 33 is more than 32"],
  },
  {
    mistake: "as many as wanted",
    written: { app: app({ instances: true }) },
    says: ["holdfast:app.instances: true is true or false, not"],
  },
  {
    mistake: "more instances than the memory has room for",
    written: { app: app({ instances: 32, memory: 256 }) },
    says: ["holdfast:app.memory: 256 needs 8704 MiB on each machine: 32 × 256 MiB | a cx23 (2 cores) has 4096 MiB"],
  },
  {
    mistake: "too much memory for each",
    written: { app: app({ instances: 4, memory: 1024 }) },
    says: ["holdfast:app.memory: 1024 needs 4608 MiB on each machine | choose a larger serverType"],
  },
  {
    mistake: "an instance without room to start",
    written: { app: app({ memory: 16 }) },
    says: ["holdfast:app.memory: 16 is less than 32"],
  },
  {
    mistake: "memory in words",
    written: { app: app({ memory: "1G" }) },
    says: ["holdfast:app.memory: 1G is text, not a number"],
  },
  {
    mistake: "a server type that is no longer sold",
    written: { app: app({ serverType: "cx33s" }) },
    says: ["holdfast:app.serverType: cx33s is not known | did you mean cx33?"],
  },
  {
    mistake: "a server type in capitals",
    written: { app: app({ serverType: "CX23" }) },
    says: ["CX23 is not known | did you mean cx23?"],
  },
  {
    mistake: "a server type that is sold elsewhere",
    written: { app: app({ serverType: "cpx11" }) },
    says: ["holdfast:app.serverType: cpx11 is not sold in nbg1 | nbg1 is in Hetzner's network zone eu-central"],
  },
  {
    mistake: "European machines in America",
    written: { location: "ash" },
    says: [
      "holdfast:app.serverType: cx23 is not sold in ash | cpx11",
      "holdfast:loadBalancer.serverType: cx23 is not sold in ash",
    ],
  },
  {
    mistake: "health without a slash",
    written: { app: app({ health: "health" }) },
    says: ["holdfast:app.health: health is not a path that starts with /"],
  },
  {
    mistake: "health with a query",
    written: { app: app({ health: "/health?full=1" }) },
    says: ["/health?full=1 is not a path that starts with /"],
  },
  {
    mistake: "health as a whole address",
    written: { app: app({ health: "http://localhost/health" }) },
    says: ["is not a path that starts with /"],
  },
  {
    mistake: "a line break in the health path",
    written: { app: app({ health: "/health\nuse-server evil" }) },
    says: ["is not a path that starts with /"],
  },
  {
    mistake: "a port of the system",
    written: { app: app({ port: 80 }) },
    says: ["holdfast:app.port: 80 is less than 1024 | ports below 1024"],
  },
  {
    mistake: "a port beyond the last",
    written: { app: app({ port: 70_000 }) },
    says: ["holdfast:app.port: 70000 is more than 65000"],
  },
  {
    mistake: "instances on HAProxy's status page",
    written: { app: app({ port: 8400, instances: 8 }) },
    says: [
      "holdfast:app.port: 8400 makes instances listen on 8400–8407, which meets HAProxy's status page | leave it out (8001)",
    ],
  },
  {
    mistake: "instances where the drain agents are",
    written: { app: app({ port: 9000, instances: 4 }) },
    says: ["holdfast:app.port: 9000 makes instances listen on 9000–9003, which meets drain agents (9001–9004)"],
  },
  {
    mistake: "instances on HAProxy's peers",
    written: { app: app({ port: 9999, instances: 2 }) },
    says: ["holdfast:app.port: 9999 makes instances listen on 9999–10000, which meets HAProxy's peers"],
  },
  {
    mistake: "instances on the database's port, where both share a machine",
    written: { app: app({ port: 5432 }), database: { machines: 0 }, backup: {} },
    says: ["holdfast:app.port: 5432 makes instances listen on 5432–5433, which meets PostgreSQL (5432–5432)"],
  },
  {
    mistake: "instances on the pool's port, where both share a machine",
    written: { app: app({ port: 6432 }), database: { machines: 0, pool: true }, backup: {} },
    says: ["holdfast:app.port: 6432 makes instances listen on 6432–6433, which meets PostgreSQL's pool (6432–6432)"],
  },
  {
    mistake: "no time to start",
    written: { app: app({ startTimeout: 0 }) },
    says: ["holdfast:app.startTimeout: 0 is less than 1"],
  },
  {
    mistake: "an hour to stop",
    written: { app: app({ stopTimeout: 3600 }) },
    says: ["holdfast:app.stopTimeout: 3600 is more than 900"],
  },
  {
    mistake: "the longer timeout first",
    written: { app: app({ timeouts: { safe: 40, unsafe: 20 } }) },
    says: ["holdfast:app.timeouts.safe: 40 is more than timeouts.unsafe (20) | list slow pages under slowPaths"],
  },
  {
    mistake: "a timeout of nothing",
    written: { app: app({ timeouts: { safe: 0 } }) },
    says: ["holdfast:app.timeouts.safe: 0 is less than 0.2"],
  },
  {
    mistake: "a timeout with its unit",
    written: { app: app({ timeouts: { safe: "5s" } }) },
    says: ["holdfast:app.timeouts.safe: 5s is text, not a number"],
  },
  {
    mistake: "one timeout for all",
    written: { app: app({ timeouts: 5 }) },
    says: ["holdfast:app.timeouts: 5 is a number, not a group of settings"],
  },
  {
    mistake: "a slow path without a slash",
    written: { app: app({ slowPaths: ["reports"] }) },
    says: ["holdfast:app.slowPaths[0]: reports is not a path that starts with /"],
  },
  {
    mistake: "one slow path that is no list",
    written: { app: app({ slowPaths: "/reports" }) },
    says: ["holdfast:app.slowPaths: /reports is text, not a list"],
  },
  {
    mistake: "a variable that the stack sets",
    written: environment({ PORT: "80" }),
    says: ["holdfast:app.environment.PORT: is set by the stack | remove it"],
  },
  {
    mistake: "a variable with a dash",
    written: environment({ "MY-NAME": "x" }),
    says: ["holdfast:app.environment.MY-NAME: is not a name that can be used | letters, digits and _"],
  },
  {
    mistake: "a variable that begins with a digit",
    written: environment({ "1ST": "x" }),
    says: ["holdfast:app.environment.1ST: is not a name that can be used"],
  },
  {
    mistake: "a number as a variable's value",
    written: environment({ WORKERS: 3 }),
    says: ["holdfast:app.environment.WORKERS: is a number, not text"],
  },
  {
    mistake: "a list as a variable's value",
    written: environment({ HOSTS: ["a", "b"] }),
    says: ["holdfast:app.environment.HOSTS: is a list, not text"],
  },
  {
    mistake: "a variable of two lines",
    written: environment({ KEY: "a\nb" }),
    says: ["holdfast:app.environment.KEY: has line breaks or control characters | base64"],
  },
  {
    mistake: "the database's address, where the stack has a database",
    written: { ...environment({ DATABASE_URL: "postgres://elsewhere" }), database: {}, backup: {} },
    says: ["holdfast:app.environment.DATABASE_URL: is set by the stack"],
  },
  {
    mistake: "a setting in small letters",
    written: { app: app({ servertype: "cx23" }) },
    says: ["holdfast:app.servertype: is not a setting | did you mean serverType?"],
  },
  {
    mistake: "a setting of somebody else",
    written: { app: app({ replicas: 3 }) },
    says: ["holdfast:app.replicas: is not a setting | known here: release, machines"],
  },
];
