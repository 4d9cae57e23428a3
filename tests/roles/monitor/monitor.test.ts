import { makeBlueprint } from "../../../blueprint/blueprint";
import { monitor, secretNames } from "../../../roles/monitor/monitor";
import { monitorPaths, monitorUnits } from "../../../roles/monitor/paths";
import { watchedSettings } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { configured, fileOf } from "../context";
import { has, judge } from "../debian";

const settings = watchedSettings();
const blueprint = makeBlueprint(settings);
if (!settings.monitor) throw new Error("these settings have a monitor");
const { files = {}, units = [] } = monitor(blueprint, settings.monitor);

/** What a program says of a rendered file, by the command that machines use. */
function validated(path: string, change: (text: string) => string = (text) => text) {
  const { content, validate = "" } = files[path] ?? { content: "" };
  return judge(validate, change(content));
}

testWhere(has("promtool"))("Prometheus accepts its settings, and refuses broken ones", () => {
  expect(validated(monitorPaths.prometheus)).toMatchObject({ code: 0 });
  expect(
    validated(monitorPaths.prometheus, (text) => text.replace("scrape_interval", "scrape_intervall")).code,
  ).not.toBe(0);
  expect(validated(monitorPaths.rules)).toMatchObject({ code: 0 });
  expect(validated(monitorPaths.rules, (text) => text.replace("probe_success{", "probe_success{{")).code).not.toBe(0);
});

testWhere(has("amtool"))("Alertmanager accepts its settings, and refuses broken ones", () => {
  expect(validated(monitorPaths.alertmanager)).toMatchObject({ code: 0 });
  expect(
    validated(monitorPaths.alertmanager, (text) => text.replace('"receiver": "page"', '"receiver": "pag"')).code,
  ).not.toBe(0);
});

testWhere(has("prometheus-blackbox-exporter"))("the probe accepts its settings", () => {
  expect(validated(monitorPaths.blackbox)).toMatchObject({ code: 0 });
});

/** Receivers that Alertmanager's own router chooses for a message. */
function receivers(...labels: string[]): string {
  const { content } = files[monitorPaths.alertmanager] ?? { content: "" };
  return judge(`amtool config routes test --config.file=%s ${labels.join(" ")} 2>/dev/null`, content).output.trim();
}

testWhere(has("amtool")).each([
  [["alertname=SiteDown", "severity=page"], "page"],
  [["alertname=DiskFills", "severity=notice"], "notice"],
  [["alertname=Watchdog", "severity=heartbeat"], "heartbeat"],
  [["alertname=ChangeUnderway", "severity=none"], "nobody"],
  [["alertname=NotificationsFail", "severity=notice", "integration=webhook"], "all-but-webhook"],
  [["alertname=NotificationsFail", "severity=notice", "integration=email"], "all-but-email"],
  [["alertname=Test", "severity=notice", "holdfast_channel=page-2"], "test-page-2"],
])("%j goes to %s", (labels, receiver) => {
  expect(receivers(...labels)).toBe(receiver);
});

test("no secret is in a file of the role: each comes as a credential of systemd's", () => {
  const names = secretNames(settings.monitor ?? fail());
  expect(names).toEqual(["page-1", "notice-1", "heartbeat", "smtp-password"]);
  const dropIn = files[`/etc/systemd/system/${monitorUnits.alertmanager}.d/60-holdfast.conf`]?.content ?? "";
  for (const name of names) expect(dropIn).toContain(`LoadCredential=${name}:${monitorPaths.secrets}/${name}`);
  expect(JSON.stringify(files)).not.toContain("hunter2");
});

test("the monitor's programs listen on loopback alone, and the others on the private address alone", () => {
  const options = Object.entries({ ...files, ...configured("app-1", settings).files })
    .filter(([path]) => path.includes("prometheus"))
    .flatMap(([, { content }]) => [...content.matchAll(/--web\.listen-address=(\S+)/g)].map(([, address]) => address));
  expect(options.sort()).toEqual(["10.0.1.41:9100", "127.0.0.1:9090", "127.0.0.1:9093", "127.0.0.1:9115"]);
  expect(JSON.stringify(files)).toContain("--cluster.listen-address= ");
});

test("each program that watches has a limit of memory, and is the first to go", () => {
  const dropIns = Object.entries({ ...files, ...configured("app-1", settings).files }).filter(([path]) =>
    /prometheus.*60-holdfast\.conf$/.test(path),
  );
  expect(dropIns).toHaveLength(4);
  for (const [, { content }] of dropIns) {
    expect(content).toMatch(/^MemoryMax=\d+M$/m);
    expect(content).toMatch(/^OOMScoreAdjust=900$/m);
  }
});

test("every unit that is brought to its state has a file that restarts it", () => {
  for (const { restartOn = [] } of units)
    for (const path of restartOn.slice(0, 1)) expect(files).toHaveProperty([path]);
});

test("each machine lets the monitor in to its figures, and nobody else", () => {
  for (const { name, privateAddress } of blueprint.machines) {
    const rules = fileOf(name, "/etc/nftables.conf", settings).split("\n");
    expect(rules.filter((line) => line.includes("dport 9100")).map((line) => line.trim())).toEqual([
      `ip saddr { 10.0.1.11 } ip daddr ${privateAddress} tcp dport 9100 accept comment "the monitor reads the machine's figures"`,
    ]);
  }
});

test("a stack without the setting has nothing of it", () => {
  const { files: none, packages } = configured("app-1");
  expect(Object.keys(none).filter((path) => /prometheus|facts|monitor/.test(path))).toEqual([]);
  expect(packages.filter((name) => name.startsWith("prometheus"))).toEqual([]);
});

function fail(): never {
  throw new Error("these settings have a monitor");
}
