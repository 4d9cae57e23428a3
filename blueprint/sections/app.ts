import { serverTypeNames } from "../../catalog";
import { decimal, listOf, mapOf, oneOf, section, text, wholeNumber } from "../fields";
import type { z } from "zod";

/** Most app machines that fixed private addresses leave room for (blueprint/addresses.ts). */
export const maxAppMachines = 200;

const urlPath = /^\/[A-Za-z0-9/_.~%-]*$/;

const timeouts = section(
  {
    safe: decimal(0.2, 60, {
      description:
        "Seconds that an instance may take to answer a safe request (GET, HEAD, OPTIONS) before HAProxy asks another one, up to three times. By default five. After four times this value a visitor gets 504. Write more than the slowest page takes, apart from pages under slowPaths. 1.5 suits an app with quick pages: a hung instance then costs a visitor less than two seconds.",
      why: "a safe request waits this long for an instance that hangs, and then goes to another",
      example: "safe: 5",
    }).default(5),
    unsafe: decimal(0.2, 3600, {
      description:
        "Seconds that an instance may take to answer any other request, or one to a slow path. HAProxy never repeats such requests. By default thirty.",
      why: "a request that is not repeated fails after this time",
      example: "unsafe: 30",
    }).default(30),
  },
  {
    description: "How long visitors wait for an answer of an instance.",
    why: "HAProxy needs to know when an instance counts as hung",
    example: "timeouts: { safe: 5, unsafe: 30 }",
  },
);

/** The app: what runs, on how many machines, in how many instances. */
export const appSection = section(
  {
    release: text(/^\S.*$/, {
      description:
        "What the machines run. It is a release of the store (`guestbook@1.4.0`), or a path from the folder of Pulumi.yaml to a folder or a `.tar.gz`, `.tar.zst` or `.tar`, or the https address of such a file with its SHA-256 (`https://…/guestbook.tar.gz#sha256=…`). It contains a holdfast.yaml.",
      why: "the machines run what this names",
      example: "release: guestbook@1.4.0",
      form: "a release of the store, a path or an https address",
    }),
    machines: wholeNumber(1, maxAppMachines, {
      description: "Number of machines that run the app. By default one.",
      why: `an app needs a machine to run on, and the private network has fixed addresses for ${maxAppMachines} of them`,
      example: "machines: 2",
    }).default(1),
    instances: wholeNumber(1, 32, {
      description:
        "Number of processes of the app on each machine. By default two, so that one can restart while the other serves.",
      why: "each machine runs at least one instance, and no machine of the catalogue is made for more than 32",
      example: "instances: 2",
    }).default(2),
    serverType: oneOf(serverTypeNames, {
      description: "Hetzner's server type of the app machines. By default cx23 (2 cores, 4 GiB).",
      why: "Hetzner sells servers in these sizes",
      example: "serverType: cx23",
    }).default("cx23"),
    health: text(urlPath, {
      description:
        "Path that an instance answers with 200 when it is ready, 503 while it starts, 404 when it is about to end. By default the release's own, else /health.",
      why: "HAProxy asks for this path twice a second and sends visitors only to instances that answer 200",
      example: "health: /health",
      form: "a path that starts with /, without spaces or a query",
    }).optional(),
    healthHost: text(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/, {
      description:
        "Host name under which the health path is asked for: by load balancers, by the app machine itself and by what moves the floating IP. An app with a list of allowed hosts has to allow it. By default the first of `https.hosts`, else localhost.",
      why: "frameworks answer 400 to a host that they do not know, and load balancers send visitors only to instances that answer 200",
      example: "healthHost: www.example.com",
      form: "a host name, with a port if the app wants one",
    }).optional(),
    port: wholeNumber(1024, 65_000, {
      description: "Port of each machine's first instance; the others follow. By default 8001.",
      why: "ports below 1024 belong to the system",
      example: "port: 8001",
    }).default(8001),
    memory: wholeNumber(32, 1_000_000, {
      description:
        "MiB that one instance may use before systemd ends it and starts it again. By default an equal share of the machine's memory after 512 MiB for the system.",
      why: "an instance that leaks memory without a limit takes the others down with it",
      example: "memory: 1024",
    }).optional(),
    startTimeout: wholeNumber(1, 900, {
      description: "Seconds that an instance may take from its start until it answers 200. By default sixty.",
      why: "Holdfast takes back a release whose instances are not ready in time",
      example: "startTimeout: 60",
    }).default(60),
    stopTimeout: wholeNumber(1, 900, {
      description: "Seconds that an instance may take to end after SIGTERM before it is killed. By default fifteen.",
      why: "an instance that does not end would hold up every roll-out",
      example: "stopTimeout: 15",
    }).default(15),
    drainTimeout: wholeNumber(0, 3600, {
      description:
        "Seconds that an instance has to finish its requests and open connections (websockets, server-sent events) before it is stopped. It gets no new ones meanwhile, and what is still open then ends with it. By default thirty.",
      why: "one connection that never ends would hold up every roll-out",
      example: "drainTimeout: 30",
    }).default(30),
    settleTime: wholeNumber(0, 600, {
      description:
        "Seconds that a new instance has to be healthy without a break before visitors come to it and the next one is touched. By default five.",
      why: "a release that crashes soon after its start must not get visitors",
      example: "settleTime: 5",
    }).default(5),
    timeouts: timeouts.prefault({}),
    slowPaths: listOf(
      text(urlPath, {
        description: "Beginning of a path.",
        why: "HAProxy compares it with the beginning of the requested path",
        example: "/reports",
        form: "a path that starts with /",
      }),
      {
        description:
          "Beginnings of paths whose safe requests take long or stay open (reports, downloads, server-sent events): they get the time of unsafe ones and are not repeated. By default none.",
        why: "HAProxy would take a long answer for a hung instance",
        example: "slowPaths: [/reports, /events]",
      },
      { max: 100 },
    ).default([]),
    environment: mapOf(/^[A-Za-z_][A-Za-z0-9_]*$/, {
      description:
        "Environment variables of every instance. Secret ones are written by `pulumi config set --secret --path 'holdfast:app.environment.NAME' VALUE`. By default none.",
      why: "instances get their own settings through environment variables",
      example: "environment: { GREETING: Hello }",
      form: "names of letters, digits and _, with text as values (numbers in quotes)",
      secret: true,
    }).default({}),
  },
  {
    description: "What runs, on how many machines, in how many instances.",
    why: "without an app there is nothing to run",
    example: "holdfast:app: { release: ./examples/guestbook, machines: 2, instances: 2 }",
  },
);

/** The section, with defaults. */
export type AppSettings = z.output<typeof appSection>;
