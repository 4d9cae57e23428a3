import { above, alertRule, type AlertRule, below, seen } from "../rule";

/** Alerts about the monitor itself, and what mutes others. */
export const watchingRules: readonly AlertRule[] = [
  alertRule({
    name: "NotKnown",
    severity: "notice",
    for: 300,
    thresholds: { seconds: 180 },
    expression: ({ seconds }) =>
      `label_replace(time() - holdfast_facts_time_seconds > ${seconds}, "what", "its own report", "", "") or label_replace(holdfast_unanswered == 1, "what", "$1", "question", "(.*)") or label_replace(up{machine!=""} == 0 and on (machine) (max by (machine) (up{machine!=""}) == 1), "what", "$1", "job", "(.*)")`,
    summary: "{{ $labels.machine }}: nothing is known of {{ $labels.what }}",
    meaning: "The monitor is blind there: no alert would come.",
    firstCommand: "npx holdfast status",
    isNot: "It does not say that anything is broken.",
    examples: ({ seconds }) => ({
      fires: [
        seen({ 'holdfast_facts_time_seconds{machine="app-1"}': { age: above(seconds) } }),
        seen({ 'holdfast_unanswered{machine="app-1",question="haproxy"}': 1 }),
        seen({ 'up{job="postgres",machine="database-1"}': 0, 'up{job="machine",machine="database-1"}': 1 }),
      ],
      silent: [
        seen({ 'holdfast_facts_time_seconds{machine="app-1"}': { age: below(seconds) } }),
        seen({ 'up{job="postgres",machine="database-1"}': 0, 'up{job="machine",machine="database-1"}': 0 }),
      ],
    }),
  }),
  alertRule({
    name: "NotificationsFail",
    severity: "notice",
    for: 0,
    thresholds: {},
    expression: () =>
      'sum by (integration) (increase(alertmanager_notifications_failed_total{receiver_name!~"test-.*"}[5m])) > 0',
    summary: "messages by {{ $labels.integration }} do not arrive",
    meaning: "Whoever relies on that channel is not told.",
    firstCommand: "npx holdfast alerts test",
    isNot: "It comes by the other channels.",
    examples: () => ({
      fires: [
        {
          series: {
            'alertmanager_notifications_failed_total{integration="webhook",receiver_name="page"}': { perSecond: 0.01 },
          },
          settles: 300,
        },
      ],
      silent: [
        {
          series: { 'alertmanager_notifications_failed_total{integration="webhook",receiver_name="page"}': 7 },
          settles: 300,
        },
      ],
    }),
  }),
  alertRule({
    name: "ChangeUnderway",
    severity: "none",
    for: 0,
    thresholds: { seconds: 1800 },
    expression: ({ seconds }) => `time() - holdfast_lease_since_seconds < ${seconds}`,
    summary: "somebody changes the stack",
    meaning:
      "A run of `pulumi up` or another command has the lease. It mutes notices that a roll-out explains, and no page.",
    firstCommand: "npx holdfast who",
    isNot: "It is told to nobody.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'holdfast_lease_since_seconds{machine="app-1"}': { age: below(seconds) } })],
      silent: [seen({ 'holdfast_lease_since_seconds{machine="app-1"}': { age: above(seconds) } })],
    }),
  }),
  alertRule({
    name: "Watchdog",
    severity: "heartbeat",
    needs: "heartbeat",
    for: 0,
    thresholds: {},
    expression: () => "vector(1)",
    summary: "the monitor is well",
    meaning:
      "It always holds, and each minute it asks the address of the setting `heartbeat`. The service behind that address tells you when it stops.",
    firstCommand: "npx holdfast status",
    isNot: "It is told to nobody.",
    examples: () => ({ fires: [seen({})], silent: [] }),
  }),
];

/** Notices that a change of the stack explains. */
export const mutedByChange = ["TakeoverUnsafe", "InstanceOut", "CrashLoop", "ReleasesDiffer", "NotKnown"] as const;

/** Why the site may be down. Its message names those that hold, and no message of their own comes. */
export const causesOfSiteDown = [
  "DatabaseDown",
  "FloatingIpLost",
  "NoInstances",
  "OnlyMachineDown",
  "PoolDown",
] as const;

/** Alerts that say nothing more while the site is down. */
export const mutedBySiteDown = [...causesOfSiteDown, "InstanceOut", "SiteSlow"] as const;
