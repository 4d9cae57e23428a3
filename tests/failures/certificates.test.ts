import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint } from "../../blueprint/blueprint";
import { makeReport } from "../../failures/report";
import { certificatePaths, keeperTimings } from "../../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { repository } from "../blueprint/source";
import { fileOf } from "../roles/context";
import { entryOf, options, reportOf, settingsFor } from "./stacks";

const ids = (https?: object, loadBalancers = 2) =>
  reportOf({ loadBalancers, ...(https && { https }) })
    .failures.map(({ id }) => id)
    .filter((id) => /certificate|host-dns/.test(id));

test("what can fail of https follows from its settings", () => {
  const always = ["certificate-authority", "certificate-file", "certificate-keeper", "certificate-end"];
  expect(ids()).toEqual([]);
  expect(ids({})).toEqual(always);
  expect(ids({ hosts: ["example.com"] })).toEqual(["host-dns", ...always]);
  expect(ids({ hosts: ["example.com"], issuer: "letsencrypt-staging" })).toEqual([
    "host-dns",
    ...always,
    "trial-certificates",
  ]);
});

test("how long the authority may be away is computed from the lives of its certificates", () => {
  const away = (https: object) => entryOf(reportOf({ https }), "certificate-authority").takesOver;
  expect(away({ hosts: ["example.com"] })).toContain("for 15 days");
  // Half of 160 hours.
  expect(away({})).toContain("for 3.3 days");
  expect(away({ hosts: ["example.com"], address: true })).toContain("for 3.3 days");
  expect(away({ hosts: ["example.com"], profile: "shortlived" })).toContain("for 3.3 days");
  expect(away({ hosts: ["example.com"], issuer: { directory: "https://acme.example.com/d" } })).toContain(
    "for the last third of a certificate's life",
  );
});

test("what the other load balancer is good for", () => {
  const of = (loadBalancers: number, id: "certificate-authority" | "certificate-file") =>
    entryOf(reportOf({ loadBalancers, https: {} }), id);
  expect(of(2, "certificate-authority").takesOver).toContain("takes certificates from the other one");
  expect(of(1, "certificate-authority").takesOver).toContain("serves http until the authority is back");
  expect(of(2, "certificate-file").takesOver).toContain("takes the certificate from the other load balancer");
  expect(of(1, "certificate-file").takesOver).toContain("orders another certificate");
});

test("somebody's own certificate hangs on that person", () => {
  // Judged before; the report has it from the settings.
  const settings = settingsFor({ https: { hosts: ["example.com"] } });
  const own = { ...settings, https: settings.https && { ...settings.https, certificates: { "example.com": "PEM" } } };
  const report = makeReport(makeBlueprint(own), options);
  expect(report.singlePoints).toContainEqual(
    expect.objectContaining({ id: "own-certificate", what: "whoever renews the certificate of example.com" }),
  );
  expect(report.failures.map(({ id }) => id)).not.toContain("certificate-authority");
  expect(entryOf(report, "certificate-file").takesOver).toContain("from its configuration again");
});

test("HSTS makes an end worse", () => {
  const end = (hsts: number) => entryOf(reportOf({ https: { hosts: ["example.com"], hsts } }), "certificate-end");
  expect(end(0).visitors.safe).not.toContain("HSTS");
  expect(end(3600).visitors.safe).toContain("let nobody in: HSTS is set");
});

test("the report computes with the times of the machines' programs", () => {
  const settings = settingsFor({ https: {} });
  const text = (name: string) =>
    readFileSync(join(repository, "roles/loadBalancer/certificateKeeper", `${name}.py`), "utf8");
  const [keeper, renewal] = [text("keeper"), text("renewal")];
  const { look, unreachable, left, leftOfShort, shortLife, watchdog, restart } = keeperTimings;
  expect(keeper).toContain(`CALM, BUSY = ${look}.0, `);
  expect(renewal).toContain(`UNREACHABLE_PAUSE = ${unreachable / 60} * MINUTE`);
  expect(renewal).toContain(`SHORT_LIFE = ${shortLife / 86_400} * DAY`);
  expect(renewal).toContain(`chain.life * (${leftOfShort} if chain.life < SHORT_LIFE else 1 / ${1 / left})`);
  const unit = fileOf("load-balancer-1", certificatePaths.unit, settings);
  expect(unit).toContain(`WatchdogSec=${watchdog}\n`);
  expect(unit).toContain(`RestartSec=${restart.delay * 1000}ms\n`);
  expect(unit).toContain("StartLimitIntervalSec=0\n");
});
