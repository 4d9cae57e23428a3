import { above, alertRule, type AlertRule, below, seen } from "../rule";
import { thresholds } from "../thresholds";

/** How full a file system may get. Its name: bytes that instances may use, as `df` counts. */
function disk(name: string, severity: "page" | "notice", full: number): AlertRule {
  const series = (part: number) => ({
    'holdfast_disk_size_bytes{machine="database-1",folder="/srv/database"}': 1000,
    'holdfast_disk_free_bytes{machine="database-1",folder="/srv/database"}': 1000 * (1 - part),
  });
  return alertRule({
    name,
    severity,
    for: 300,
    thresholds: { full },
    expression: ({ full: part }) => `1 - holdfast_disk_free_bytes / holdfast_disk_size_bytes > ${part}`,
    summary: "{{ $labels.machine }}: {{ $labels.folder }} is {{ $value | humanizePercentage }} full",
    meaning:
      severity === "page"
        ? "Soon nothing can be written there. The app may only read from 95 % of the database's volume on."
        : "There is time to make room or to enlarge it, and not for long.",
    firstCommand: "npx holdfast status",
    isNot: "It looks at what is used, not at how fast that grows.",
    examples: ({ full: part }) => ({
      fires: [seen(series(Math.min(0.999, part + 0.01)))],
      silent: [seen(series(part - 0.01))],
    }),
  });
}

/** No program of a machine answers. */
function machineDown(name: string, severity: "page" | "notice", only: "yes" | "no"): AlertRule {
  const up = (value: number, other: number) => ({
    [`up{job="machine",machine="app-1",only="${only}"}`]: value,
    [`up{job="haproxy",machine="app-1",only="${only}"}`]: other,
  });
  return alertRule({
    name,
    severity,
    for: 120,
    thresholds: {},
    expression: () => `max by (machine) (up{machine!="",only="${only}"}) == 0`,
    summary: "{{ $labels.machine }} does not answer",
    meaning:
      severity === "page"
        ? "Nothing else does the work of this machine: what it does is not done."
        : "Others do its work. The next machine that fails may be felt.",
    firstCommand: "npx holdfast status",
    isNot:
      "It is not a reboot, which takes less time. It may be the private network between the machine and the monitor.",
    examples: () => ({ fires: [seen(up(0, 0))], silent: [seen(up(1, 0)), seen(up(0, 1))] }),
  });
}

/** What happens to machines. */
export const machineRules: readonly AlertRule[] = [
  machineDown("OnlyMachineDown", "page", "yes"),
  machineDown("MachineDown", "notice", "no"),
  disk("DiskFull", "page", 0.93),
  disk("DiskFills", "notice", thresholds.fullDisk),
  alertRule({
    name: "MemoryShort",
    severity: "notice",
    for: 600,
    thresholds: { left: 0.06 },
    expression: ({ left }) => `node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < ${left}`,
    summary: "{{ $labels.machine }} has {{ $value | humanizePercentage }} of its memory left",
    meaning: "The kernel will soon end the process that has the most memory.",
    firstCommand: "npx holdfast ssh MACHINE",
    isNot: "Memory that caches use counts as free.",
    examples: ({ left }) => ({
      fires: [
        seen({
          'node_memory_MemAvailable_bytes{machine="app-1"}': below(left) * 1000,
          'node_memory_MemTotal_bytes{machine="app-1"}': 1000,
        }),
      ],
      silent: [
        seen({
          'node_memory_MemAvailable_bytes{machine="app-1"}': above(left) * 1000,
          'node_memory_MemTotal_bytes{machine="app-1"}': 1000,
        }),
      ],
    }),
  }),
  alertRule({
    name: "ClockOff",
    severity: "notice",
    for: 600,
    thresholds: { seconds: 2 },
    expression: ({ seconds }) => `abs(node_time_seconds - timestamp(node_time_seconds)) > ${seconds}`,
    summary: "the clock of {{ $labels.machine }} differs by {{ $value | humanizeDuration }} from the monitor's",
    meaning: "Logs of several machines no longer fit together, and certificates may look as if they had ended.",
    firstCommand: "npx holdfast ssh MACHINE timedatectl",
    isNot: "Where all machines are named, it is the monitor's clock.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'node_time_seconds{machine="app-1"}': { age: above(seconds) } })],
      silent: [seen({ 'node_time_seconds{machine="app-1"}': { age: below(seconds) } })],
    }),
  }),
  alertRule({
    name: "UnitFailed",
    severity: "notice",
    for: 300,
    thresholds: {},
    expression: () => "holdfast_failed_unit == 1",
    summary: "{{ $labels.machine }}: {{ $labels.unit }} has failed",
    meaning: "It stays as it is: systemd does not start it again by itself.",
    firstCommand: "npx holdfast logs MACHINE",
    isNot: "It is not what visitors see; that has its own alerts.",
    examples: () => ({
      fires: [seen({ 'holdfast_failed_unit{machine="app-1",unit="apt-daily.service"}': 1 })],
      silent: [seen({ 'holdfast_failed_unit{machine="app-1",unit="apt-daily.service"}': 0 })],
    }),
  }),
  alertRule({
    name: "RebootWaits",
    severity: "notice",
    for: 600,
    thresholds: { seconds: thresholds.reboot },
    expression: ({ seconds }) => `time() - holdfast_reboot_since_seconds > ${seconds}`,
    summary: "{{ $labels.machine }} has needed a reboot for {{ $value | humanizeDuration }}",
    meaning: "Security updates of the kernel wait with it.",
    firstCommand: "npx holdfast status",
    isNot: "It is not urgent on one day, and not right for weeks.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'holdfast_reboot_since_seconds{machine="app-1"}': { age: above(seconds) } })],
      silent: [seen({ 'holdfast_reboot_since_seconds{machine="app-1"}': { age: below(seconds) } })],
    }),
  }),
];
