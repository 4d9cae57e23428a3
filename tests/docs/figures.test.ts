import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serverTypes } from "../../blueprint/catalog";
import { connectionMemory } from "../../blueprint/connections";
import { CHECKOUT } from "../../stack/checkout";
import { activePowerLoss } from "../../drills/loadBalancer/loseActive";
import { storageBoxTypes } from "../../local/api/service/storageBoxes/types";
import { constant, numberIn } from "./constants";

/** GiB: the largest file of a table (PostgreSQL's documentation, "Database Physical Storage: File Layout"). */
const postgresqlFile = 1;
/** MiB of small files that pgBackRest puts together (its configuration reference, repo-bundle-size's default). */
const bundle = 20;

/**
 * Where the figures of the pages that people write come from: a constant of the program, or an example on the page
 * itself. What was measured has no place there; it is in docs/measured.md, which is generated.
 */
const sources: Readonly<Record<string, Readonly<Record<string, () => number>>>> = {
  "README.md": { "300 requests": () => activePowerLoss.load.rate },
  "docs/backups.md": {
    "30 days": () => numberIn("docs/backups.md", /retentionDays: (\d+)/),
    "1 GiB": () => postgresqlFile,
  },
  "docs/database.md": {
    "8 MiB": () => connectionMemory,
    "4 GiB": () => serverTypes.cx23.memory,
    "8 GiB": () => serverTypes.cx33.memory,
    "16 GiB": () => serverTypes.cx43.memory,
    "15 s": () => numberIn("roles/database/pool/pgbouncer.ini.ts", /query_wait_timeout = (\d+)/),
  },
  "docs/decisions.md": {
    "1.5 s": () => constant("roles/app/agent/waiting.py", "UNREACHABLE_SECONDS"),
    "4 MiB": () => numberIn("roles/database/program/volume.sh", /cmp -s -n (\d+)/) / 1024 ** 2,
    "90 seconds": () => constant("provider/machine/lease/lease.ts", "lifetime"),
  },
  "docs/lease.md": {
    "90 seconds": () => constant("provider/machine/lease/lease.ts", "lifetime"),
    "600 s": () => constant("provider/machine/lease/settings.ts", "defaultWait"),
  },
  "docs/limits.md": {
    "0.3 s": () => constant("local/api/service/actions/delays.ts", "assign_floating_ip"),
    "1.5 s": () => constant("cli/status/index.ts", "limit"),
    "1 GiB": () => postgresqlFile,
    "20 MiB": () => bundle,
    "20 TiB": () => storageBoxTypes.find(({ name }) => name === "bx41")?.size ?? NaN,
    "256 KiB": () => constant("provider/machine/onMachine/looking.py", "LARGEST_SHOWN") / 1024,
  },
  "docs/operating.md": {
    "20 s": () => constant("roles/app/agent/debugging.py", "LIFE_SECONDS"),
    "14 minutes": () => constant("roles/app/migrate.service.ts", "migrationTimeout") / 60,
  },
  "docs/restore.md": {
    "15 minutes": () => constant("roles/database/pause/pause.py", "NEVER_AWAY_SECONDS") / 60,
    "50 seconds": () => constant("roles/database/backup/postgresql.conf.ts", "archiveTimeout"),
  },
  "docs/status.md": {
    "1.5 s": () => constant("cli/status/index.ts", "limit"),
    "26 hours": () => constant("stack/status/backups.ts", "backupPatience"),
    "8 days": () => constant("stack/status/backups.ts", "proofPatience"),
    "85 %": () => constant("stack/status/alarms.ts", "fullDisk") * 100,
  },
};

/** Generated from code or from recorded runs, each held to that by a test of its own. */
const generated = ["docs/ladder.md", "docs/measured.md", "docs/settings.md"];

const pages = ["README.md", ...readdirSync(join(CHECKOUT, "docs")).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith(".md") && !generated.includes(page))
  .sort();

/** A number in digits with what it counts. Port numbers, versions, dates and the like have no unit behind them. */
const figure =
  /(?<![\w./:-])\d[\d.,]*[ \u00a0]?(?:ms|s|seconds?|minutes?|hours?|days?|weeks?|months?|years?|%|percent|[KMGT]i?B|€|rows|requests|connections|times)(?!\w)/g;

const figuresOf = (page: string) => [
  ...new Set([...readFileSync(join(CHECKOUT, page), "utf8").matchAll(figure)].map(([text]) => text)),
];

test.each(pages)("%s: every figure is known by where it comes from", (page) => {
  expect(figuresOf(page).filter((text) => !(text in (sources[page] ?? {})))).toEqual([]);
});

test.each(
  Object.entries(sources).flatMap(([page, figures]) => Object.entries(figures).map((one) => [page, ...one] as const)),
)("%s: %s is what the program does", (_page, text, value) => {
  expect(value()).toBeCloseTo(parseFloat(text));
});
