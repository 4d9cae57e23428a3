import { makeBlueprint } from "../../blueprint/blueprint";
import { factsOf } from "../../failures/facts";
import { readHaproxy } from "../../failures/rendered/haproxy";
import { readKeepalived } from "../../failures/rendered/keepalived";
import { readConstant } from "../../failures/rendered/python";
import { readRestart } from "../../failures/rendered/systemd";
import { readTime } from "../../failures/rendered/time";
import { configurationOf } from "../../roles/configuration";
import { haproxyPaths } from "../../roles/loadBalancer/loadBalancer";
import type { RoleRenderer } from "../../roles/types";
import { fileOf } from "../roles/context";
import { entryOf, reportOf, settingsFor } from "./stacks";

test.each([
  ["500ms", "ms", 0.5],
  ["5s", "ms", 5],
  ["1h", "ms", 3600],
  ["400", "ms", 0.4],
  ["60", "s", 60],
  ["200ms", "s", 0.2],
  ["1min", "s", 60],
] as const)("%s, read where plain numbers are %s, is %d s", (text, plain, seconds) => {
  expect(readTime(text, plain)).toBe(seconds);
});

test("what is no time is refused", () => {
  expect(() => readTime("soon", "s")).toThrow('"soon" is not a time');
});

const cfg = fileOf("load-balancer-1", haproxyPaths.cfg);

test("another interval in haproxy.cfg is another time in the report", () => {
  const slower = cfg.replace("inter 500ms fastinter 200ms", "inter 3s fastinter 1s").replace("fall 2", "fall 3");
  expect(readHaproxy(slower).check).toMatchObject({ interval: 3, fastInterval: 1, fall: 3, connect: 0.3 });
});

test.each(["timeout check", "fastinter 200ms", "retry-on", "backend unsafe", "http_req_rate(10s)"])(
  "haproxy.cfg without %s is an error, not a guess",
  (words) => {
    const without = cfg.replaceAll(words, "");
    expect(() => readHaproxy(without)).toThrow(/haproxy.cfg has no/);
  },
);

test("the checks' own time limit for a connection is the smaller of two", () => {
  expect(readHaproxy(cfg.replace("timeout connect 300ms", "timeout connect 5s")).check.connect).toBe(0.5);
});

test("units: what is not said is systemd's default", () => {
  expect(readRestart("[Service]\nRestart=always\n")).toEqual({
    always: true,
    delay: 0.1,
    limit: { starts: 5, within: 10 },
  });
  expect(readRestart("[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=2\n")).toEqual({
    always: false,
    delay: 2,
  });
});

test("keepalived and small programs: what is missing is named", () => {
  expect(() => readKeepalived("vrrp_instance pair {\n    priority 250\n}")).toThrow(
    "keepalived.conf has no advert_int",
  );
  expect(() => readConstant("A = 1\n", "B")).toThrow("the program has no B");
  expect(readConstant("A = 1.5\n", "A")).toBe(1.5);
});

test("the watchdog restarts instances that hang, after its own times", () => {
  expect(factsOf(makeBlueprint(settingsFor())).app.watchdog).toMatchObject({ silences: 3, interval: 1 });
  const { back, person } = entryOf(reportOf(), "instance-hang");
  // Three questions, each a second after the last answer and two seconds long.
  expect(back?.duration.parts[0]?.seconds).toBe(9);
  expect(person).toContain("killed 5 times within 10 min");
});

test("without a watchdog on the machine nobody but a person restarts them", () => {
  const unwatched: RoleRenderer = (context) => {
    const { files, ...rest } = configurationOf(context);
    return { ...rest, files: Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes("watchdog"))) };
  };
  const alone = entryOf(reportOf({ machines: 1, instances: 1 }, { render: unwatched }), "instance-hang");
  expect(alone.service).toBe("stops");
  expect(alone.person).toContain("nothing does it for you");
});
