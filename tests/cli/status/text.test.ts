import { ago, gigabytes } from "../../../stack/status/figures";
import { makeStatus } from "../../../stack/status/status";
import { statusText } from "../../../cli/status/text";
import { coloursFor, plain } from "../../../lib/terminal/colour";
import { app, balancer, firstOut, noon, statusWith } from "../../stack/status/fixture";

test("one screen", () => {
  const haproxy = (balancer(true).haproxy ?? []).map((server) =>
    server.name === "app-1-1" ? { ...server, status: "DRAIN" } : server,
  );
  const status = statusWith({
    "load-balancer-1": { probe: balancer(true, { haproxy }) },
    "load-balancer-2": { probe: balancer(false, { haproxy }) },
    "app-1": { probe: app(firstOut(noon - 600)) },
    "app-2": { unreachable: "10.0.1.42 (through 203.0.113.10) does not answer" },
  });
  expect(statusText(status, plain)).toMatchInlineSnapshot(`
    "Stack prod  http://203.0.113.100  2026-11-24 12:00 UTC
    ! app-2: 10.0.1.42 (through 203.0.113.10) does not answer (the API says running)
    - app-1-1 has been out of rotation (drain) for 10 min: ana@laptop

    Floating IP  203.0.113.100: on load-balancer-1 (the API and the machine agree)

    MACHINE          ROLES                   INSTANCES           RELEASE  DISK                  UNITS
    load-balancer-1  loadBalancer (active)   -                   -        / 25 % (10 of 40 GB)  ok
    load-balancer-2  loadBalancer (standby)  -                   -        / 25 % (10 of 40 GB)  ok
    app-1            app                     1 of 2 in rotation  1.0.0    / 25 % (10 of 40 GB)  ok
    app-2            app                     2 of 2 in rotation  ?        ?                     ?"
  `);
});

test("two hundred machines are no screen: those that have something to say, and how many more there are", () => {
  const machines = Array.from({ length: 200 }, (_, index) => ({ name: `app-${index + 1}`, roles: ["app"] }));
  const answers = new Map(machines.map(({ name }) => [name, { probe: app() } as const]));
  const haproxy = machines.flatMap(({ name }) =>
    [1, 2].map((number) => ({ name: `${name}-${number}`, status: "UP", since: 1, sessions: 0 })),
  );
  const status = makeStatus(
    {
      stack: "prod",
      url: null,
      machines: [{ name: "load-balancer-1", roles: ["loadBalancer"] }, ...machines],
      floatingIps: [],
    },
    new Map([
      ...answers,
      ["load-balancer-1", { probe: balancer(true, { haproxy }) }] as const,
      ["app-77", { unreachable: "no route" }] as const,
    ]),
    { unknown: "not asked" },
  );
  const text = statusText(status, plain);
  expect(text.split("\n").length).toBeLessThan(24);
  expect(text).toContain("! app-77: no route");
  expect(text).toContain("and 200 more machines; --json has all");
});

test("colours are for terminals, and for nobody who does not want them", () => {
  expect(coloursFor({ isTTY: false }, {}).red("x")).toBe("x");
  expect(coloursFor({ isTTY: true }, { NO_COLOR: "1" }).red("x")).toBe("x");
  expect(coloursFor({ isTTY: true }, {}).red("x")).not.toBe("x");
});

test.each([
  [0, "0 s"],
  [119, "119 s"],
  [120, "2 min"],
  [7200, "2 h"],
  [172_800, "2 days"],
])("%d s ago is %s", (seconds, text) => {
  expect(ago(seconds)).toBe(text);
});

test("disks as Hetzner counts them", () => {
  expect(gigabytes({ size: 40e9, free: 36.6e9 })).toBe("3.4 of 40 GB");
});
