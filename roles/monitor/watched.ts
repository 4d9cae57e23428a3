import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MachinePlan } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import { confined, network } from "../sandbox";
import type { RoleConfiguration } from "../types";
import { unitFile } from "../unitFile";
import { watcherDropIn } from "./exporter";
import { places, probeProgram } from "./facts/places";
import { dropInPath, factsUnits, monitorPaths as paths, monitorUnits as units, unitPath } from "./paths";

/** Seconds between two looks of a machine at itself. */
export const factsInterval = 30;

/** What the kernel tells that a chart or a rule uses. */
const collectors = ["cpu", "meminfo", "diskstats", "netdev", "loadavg", "vmstat", "pressure", "time", "textfile"];

/** What each machine of a stack with a monitor has: its figures, for the monitor alone. */
export function watched({ name, privateAddress }: MachinePlan): RoleConfiguration {
  const program = {
    [`${paths.factsProgram}/probe.py`]: { content: probeProgram() },
    [`${paths.factsProgram}/figures.py`]: { content: readFileSync(join(__dirname, "facts/figures.py"), "utf8") },
    [paths.factsSettings]: { content: `${JSON.stringify({ machine: name, places })}\n` },
    [unitPath(factsUnits.service)]: { content: factsService() },
    [unitPath(factsUnits.timer)]: { content: factsTimer() },
  };
  return {
    packages: ["prometheus-node-exporter", "python3"],
    files: {
      ...program,
      [dropInPath(units.machine)]: {
        content: watcherDropIn({
          program: "/usr/bin/prometheus-node-exporter",
          options: [
            `--web.listen-address=${privateAddress}:${ports.machineFigures}`,
            "--collector.disable-defaults",
            ...collectors.map((collector) => `--collector.${collector}`),
            `--collector.textfile.directory=${paths.facts}`,
          ],
          memory: 64,
        }),
      },
    },
    units: [
      { name: factsUnits.service, enabled: false, state: "oneshot", restartOn: Object.keys(program) },
      { name: factsUnits.timer, restartOn: [unitPath(factsUnits.timer)] },
      {
        name: units.machine,
        restartOn: [dropInPath(units.machine)],
        healthy: `curl -fsS -o /dev/null --max-time 2 http://${privateAddress}:${ports.machineFigures}/metrics`,
      },
    ],
  };
}

/** As root, because only root sees everything that it looks at. It changes nothing but its own file. */
function factsService(): string {
  return unitFile({
    Unit: ["Description=Figures of this machine for the monitor"],
    Service: [
      "Type=oneshot",
      `ExecStart=/usr/bin/python3 ${paths.factsProgram}/figures.py ${paths.factsSettings} ${paths.facts}/holdfast.prom`,
      `RuntimeDirectory=${paths.facts.replace("/run/", "")}`,
      "RuntimeDirectoryPreserve=yes",
      "UMask=0022",
      "TimeoutStartSec=30",
      "MemoryMax=64M",
      "OOMScoreAdjust=900",
      "CPUWeight=20",
      ...confined({ capabilities: ["CAP_DAC_READ_SEARCH"], families: network }),
      "SyslogIdentifier=holdfast-facts",
      "# A line for each start and end would fill the journal.",
      "LogLevelMax=notice",
    ],
  });
}

function factsTimer(): string {
  return unitFile({
    Unit: ["Description=Figures of this machine for the monitor, again and again"],
    Timer: ["OnBootSec=5", `OnUnitActiveSec=${factsInterval}`, "AccuracySec=1"],
    Install: ["WantedBy=timers.target"],
  });
}
