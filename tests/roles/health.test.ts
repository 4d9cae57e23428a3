import { readFileSync } from "node:fs";
import { isRoot } from "../../local/paths";
import { healthQuestion } from "../../roles/health";
import { libraries } from "../../roles/programFolder";
import { settingsWith } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { has } from "./debian";
import { throughHaproxy } from "./loadBalancer/throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && isRoot);

const settings = settingsWith({
  "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1, healthHost: "shop.example" },
  "holdfast:loadBalancer": { limits: { connections: 500 } },
});

interface Said {
  readonly requests: readonly string[];
  readonly asked: readonly string[];
  readonly broken: number;
  readonly verdicts: Readonly<Record<string, readonly [string, string]>>;
}

real(
  "HAProxy and our programs ask the same question and give the same answer",
  () => {
    const habits = [200, 201, 204, 301, 304, 401, 403, 500, 503, "silence", "garbage"];
    const library = (path: string) => readFileSync(path, "utf8");
    const said = throughHaproxy("checks.py", settings, JSON.stringify({ question: healthQuestion(settings), habits }), {
      "/healthcheck.py": library(libraries.healthcheck),
      "/haproxychecks.py": library(libraries.haproxychecks),
    }) as unknown as Said;
    expect(said.requests).toEqual(["GET /health HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n"]);
    expect(said.asked).toEqual(said.requests);
    // A check that is not closed in order is an error in the log of many an app.
    expect(said.broken).toBe(0);
    for (const habit of habits) {
      const [haproxy, ours] = said.verdicts[String(habit)] ?? [];
      expect([habit, haproxy === "UP"]).toEqual([habit, ours === "UP"]);
      if (typeof habit === "number" && habit !== 200) {
        expect(haproxy).toContain(`answered ${String(habit)}`);
        expect(ours).toContain(`answered ${String(habit)}`);
      }
    }
    expect(said.verdicts["301"]?.[1]).toContain("(to https://shop.example/health)");
    expect(said.verdicts["silence"]?.[1]).toContain("within 0.4 s");
  },
  120_000,
);
