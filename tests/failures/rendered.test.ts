import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint, type MachinePlan } from "../../blueprint/blueprint";
import { factsOf } from "../../failures/facts";
import { agentPaths } from "../../roles/app/agent";
import { appPaths } from "../../roles/app/paths";
import { configurationOf } from "../../roles/configuration";
import { database } from "../../roles/database/database";
import { databasePaths } from "../../roles/database/paths";
import { pgbouncerDropIn } from "../../roles/database/pool/pgbouncer.service";
import { archiving } from "../../roles/database/backup/postgresql.conf";
import { vrrpPaths } from "../../roles/loadBalancer/keepalived.conf";
import { haproxyPaths } from "../../roles/loadBalancer/loadBalancer";
import { repository } from "../blueprint/source";
import { entryOf, reportOf, settingsFor, type Numbers } from "./stacks";

// The report computes with values that the roles export. Here the very files that machines get are read instead.

const stacks: Readonly<Record<string, Numbers>> = {
  "one machine": { loadBalancers: 0, machines: 1, instances: 1 },
  "one load balancer": { app: { startTimeout: 17, settleTime: 4 } },
  "a pair": { loadBalancers: 2, app: { timeouts: { safe: 2.5, unsafe: 20 } } },
  "a database": { database: { pool: true }, backup: {} },
};

const units: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, "": 1 };

/** A time in a file, in seconds: what the pattern's first group found. */
function timeIn(text: string, pattern: RegExp): number {
  const [, number, unit = ""] = /^([\d.]+)(ms|s|)$/.exec(pattern.exec(text)?.[1] ?? "") ?? [];
  if (number === undefined) throw new Error(`there is no time at ${String(pattern)}`);
  return Math.round(Number(number) * (units[unit] ?? NaN) * 1000) / 1000;
}

/** What a unit or a drop-in says of its restart; systemd's own defaults where it says nothing. */
function restartIn(unit: string) {
  expect(unit).toMatch(/^Restart=always$/m);
  const within = /^StartLimitIntervalSec=/m.test(unit) ? timeIn(unit, /^StartLimitIntervalSec=(\S+)$/m) : 10;
  const starts = Number(/^StartLimitBurst=(\d+)$/m.exec(unit)?.[1] ?? 5);
  const delay = timeIn(unit, /^RestartSec=(\S+)$/m);
  return within > 0 ? { delay, limit: { starts, within } } : { delay };
}

/** Lines of one section of haproxy.cfg. */
function sectionOf(cfg: string, name: string): string {
  const [, rest = ""] = cfg.split(`\n${name}\n`);
  return rest.split(/\n(?=[a-z])/)[0] ?? "";
}

const constant = (program: string, name: string) => Number(new RegExp(`^${name} = ([\\d.]+)$`, "m").exec(program)?.[1]);

describe.each(Object.entries(stacks))("%s", (_, numbers) => {
  const blueprint = makeBlueprint(settingsFor(numbers));
  const facts = factsOf(blueprint);
  const filesOf = (machine: MachinePlan | undefined) => {
    if (!machine) throw new Error("the stack has no such machine");
    return configurationOf({ blueprint, machine, releaseSha256: "0".repeat(64) });
  };
  const content = (machine: MachinePlan | undefined, path: string) => filesOf(machine).files[path]?.content ?? "";

  test("HAProxy's times are those of haproxy.cfg", () => {
    const cfg = content(facts.loadBalancers[0], haproxyPaths.cfg);
    const [defaults, safe, unsafe] = [
      sectionOf(cfg, "defaults"),
      sectionOf(cfg, "backend safe"),
      sectionOf(cfg, "backend unsafe"),
    ];
    const option = (name: string) => timeIn(safe, new RegExp(`default-server check .*\\b${name} (\\S+)`));
    expect(facts.haproxy).toEqual({
      check: {
        interval: option("inter"),
        fastInterval: option("fastinter"),
        downInterval: option("downinter"),
        fall: option("fall"),
        rise: option("rise"),
        answer: timeIn(defaults, /timeout check (\S+)/),
      },
      connect: timeIn(defaults, /timeout connect (\S+)/),
      safe: { answer: timeIn(safe, /timeout server (\S+)/) },
      unsafe: { answer: timeIn(unsafe, /timeout server (\S+)/) },
      silence: timeIn(defaults, /timeout tunnel (\S+)/),
      requestPeriod: timeIn(cfg, /http_req_rate\((\w+)\)/),
      connectionPeriod: timeIn(cfg, /conn_rate\((\w+)\)/),
      restart: restartIn(content(facts.loadBalancers[0], haproxyPaths.dropIn)),
    });
    // What the report's sentences say of requests at an instance that is gone.
    expect(safe).toMatch(/retry-on .*response-timeout/);
    expect(unsafe).toMatch(/retry-on conn-failure$/m);
    expect(unsafe).toContain("on-marked-down shutdown-sessions");
  });

  test("the app's times are those of its unit", () => {
    const { units: all } = filesOf(facts.appMachines[0]);
    const unit = content(facts.appMachines[0], appPaths.unit);
    const { timeout, healthyFor } = all.find(({ name }) => name === "app@1.service") ?? {};
    const { restart, settleTime, startTimeout, stateFolder } = facts.app;
    expect(restart).toEqual(restartIn(unit));
    expect([startTimeout, settleTime]).toEqual([timeout, healthyFor]);
    expect(stateFolder).toBe(`/var/lib/${/^StateDirectory=(\S+)$/m.exec(unit)?.[1] ?? ""}`);
  });

  test("every app machine has the watchdog, with the times that it is said to have", () => {
    for (const machine of facts.appMachines) {
      const program = content(machine, `${agentPaths.folder}/watchdog.py`);
      expect(facts.app.watchdog).toEqual({
        interval: constant(program, "INTERVAL_SECONDS"),
        answer: constant(program, "ANSWER_SECONDS"),
        silences: constant(program, "SILENCES"),
        limit: { kills: constant(program, "MOST_KILLS"), within: constant(program, "KILL_WINDOW_SECONDS") },
      });
    }
  });

  test("load balancers are a pair where each has keepalived, and the slower one's times count", () => {
    const all = facts.loadBalancers.map((machine) => content(machine, vrrpPaths.configuration));
    expect(all.map((text) => text !== "")).toEqual(all.map(() => facts.pair !== undefined));
    for (const machine of facts.pair ? facts.loadBalancers : []) {
      expect(filesOf(machine).units.map(({ name }) => name)).toContain("holdfast-floating-ip-keeper.service");
    }
    if (!facts.pair) return;
    const { advertInterval, skew } = facts.pair.vrrp;
    expect(all.map((text) => timeIn(text, /advert_int (\S+)/))).toEqual(all.map(() => advertInterval));
    const skews = all.map((text) => (advertInterval * (256 - timeIn(text, /\bpriority (\S+)/))) / 256);
    expect(skew).toBeCloseTo(Math.max(...skews), 6);
    const fitness = readFileSync(join(repository, "roles/loadBalancer/floatingIpKeeper/fitness.py"), "utf8");
    expect(facts.pair.haproxyGrace).toBe(constant(fitness, "HAPROXY_GRACE_SECONDS"));
  });

  test("the database's times are those of its files", () => {
    if (!facts.database) return;
    const { backup, pool, restart } = facts.database;
    expect(restart).toEqual(restartIn(database(blueprint).files[databasePaths.dropIn]?.content ?? ""));
    expect(pool).toEqual(restartIn(pgbouncerDropIn()));
    // Handed over after so long, and on the storage ten seconds later.
    expect(backup?.mostLost).toBe(timeIn(archiving(), /^archive_timeout = (\S+)$/m) + 10);
  });
});

test("the watchdog restarts instances that hang, after its own times", () => {
  const { back, person } = entryOf(reportOf(), "instance-hang");
  // Three questions, each a second after the last answer and two seconds long.
  expect(back?.duration.parts[0]?.seconds).toBe(9);
  expect(person).toContain("killed 5 times within 10 min");
});
