import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { serverTypes } from "../../catalog";
import { connectionMemory } from "../../blueprint/connections";
import { answerLimit } from "../../cli/status";
import { activePowerLoss } from "../../drills/loadBalancer/loseActive";
import { environmentVariables } from "../../lib/environmentVariables";
import { delays } from "../../local/api/service/actions/delays";
import { lifetime } from "../../provider/machine/lease/lease";
import { migrationTimeout } from "../../roles/app/migrate.service";
import { archiveTimeout } from "../../roles/database/backup/postgresql.conf";
import { queryWait } from "../../roles/database/pool/pgbouncer.ini";
import { settingsWith } from "../blueprint/source";
import { firstBytes } from "../../roles/loadBalancer/bodies";
import { headBytes, mostHeaders } from "../../roles/loadBalancer/heads";
import { headersOfProxies } from "../../roles/loadBalancer/visitorHeaders";
import { healthQuestion } from "../../roles/health";
import { sharedLibraries } from "../support/python";
import { CHECKOUT } from "../../stack/checkout";
import { thresholds } from "../../alerts/thresholds";

/** A constant of a program for machines, as Python itself has it. */
function python(file: string, name: string): number {
  const print = "import runpy, sys; sys.path.insert(0, sys.argv[2]); print(runpy.run_path(sys.argv[1])[sys.argv[3]])";
  const path = join(CHECKOUT, file);
  const env = { ...process.env, PYTHONPATH: sharedLibraries.join(":") };
  return Number(execFileSync("python3", ["-B", "-c", print, path, dirname(path), name], { encoding: "utf8", env }));
}

/** Of a stack that sets none. */
const { limits } = settingsWith({}).loadBalancer;

/**
 * What pages that people write say about limits and times of the program: a page, and words of it that must be there.
 * docs/contributing.md says which figures belong here.
 */
const figures: readonly (readonly [page: string, words: string])[] = [
  ["README.md", `under ${activePowerLoss.load.rate} requests a second`],
  ["docs/database.md", `of some ${connectionMemory} MiB`],
  ["docs/database.md", `cx23, ${serverTypes.cx23.memory} GiB`],
  ["docs/database.md", `cx33, ${serverTypes.cx33.memory} GiB`],
  ["docs/database.md", `cx43, ${serverTypes.cx43.memory} GiB`],
  ["docs/database.md", `in the pool for up to ${queryWait} s`],
  ["docs/decisions.md", `a lifetime of ${lifetime} seconds`],
  ["docs/decisions.md", `within ${python("roles/app/agent/waiting.py", "UNREACHABLE_SECONDS")} s is named and skipped`],
  ["docs/lease.md", `it ends ${lifetime} seconds after the run was killed`],
  ["docs/lease.md", `(${environmentVariables.HOLDFAST_LEASE_TIMEOUT.default} by default)`],
  ["docs/decisions.md", `waits for ${firstBytes / 1024} KiB of the body`],
  ["docs/limits.md", `bring ${limits.bodyRate} KiB per second and may pause for ${limits.bodyPause} s`],
  ["docs/limits.md", `when ${firstBytes / 1024} KiB of its body are there`],
  ["docs/limits.md", `at most ${headBytes} bytes and ${mostHeaders} headers`],
  ["docs/limits.md", `${limits.streamsPerInstance} at each instance by default`],
  ["docs/limits.md", `at most ${limits.bodiesPerSource} large bodies under way`],
  ...headersOfProxies.map((name) => ["docs/limits.md", `\`${name}\``] as const),
  ["docs/limits.md", `assign takes ${delays.assign_floating_ip} s`],
  ["docs/limits.md", `${python("provider/machine/onMachine/looking.py", "LARGEST_SHOWN") / 1024} KiB`],
  ["docs/operating.md", `silent for ${python("roles/app/agent/debugging.py", "LIFE_SECONDS")} s`],
  ["docs/operating.md", `it has ${migrationTimeout / 60} minutes`],
  ["docs/releases.md", `within ${healthQuestion(settingsWith({})).answer} s`],
  ["docs/restore.md", `stopped for ${python("roles/database/pause/pause.py", "NEVER_AWAY_SECONDS") / 60} minutes`],
  ["docs/restore.md", `every ${archiveTimeout} seconds at the latest`],
  ["docs/status.md", `within ${answerLimit} s`],
  ["docs/status.md", `older than ${thresholds.backup / 3600} hours`],
  ["docs/status.md", `older than ${thresholds.proof / 86_400} days`],
  ["docs/status.md", `more than ${thresholds.fullDisk * 100} % full`],
];

test.each(figures)("%s says: %s", (page, words) => {
  expect(readFileSync(join(CHECKOUT, page), "utf8").replaceAll(/\s+/g, " ")).toContain(words);
});
