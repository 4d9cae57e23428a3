import { above, alertRule, type AlertRule, below, seen } from "../rule";
import { thresholds } from "../thresholds";

/** What happens to the app and its releases. */
export const appRules: readonly AlertRule[] = [
  alertRule({
    name: "InstanceOut",
    severity: "notice",
    for: 600,
    thresholds: {},
    expression: () =>
      "max by (app_instance) (holdfast_server_up) == 0 unless on (app_instance) holdfast_instance_held_since_seconds",
    summary: "{{ $labels.app_instance }} gets no visitors",
    meaning: "The other instances do its work.",
    firstCommand: "npx holdfast logs app --errors",
    isNot: "It is silent about an instance that a person, a roll-out or a debug session keeps out.",
    examples: () => ({
      fires: [seen({ 'holdfast_server_up{machine="load-balancer-1",app_instance="app-1-1"}': 0 })],
      silent: [
        seen({ 'holdfast_server_up{machine="load-balancer-1",app_instance="app-1-1"}': 1 }),
        seen({
          'holdfast_server_up{machine="load-balancer-1",app_instance="app-1-1"}': 0,
          'holdfast_instance_held_since_seconds{machine="app-1",app_instance="app-1-1",owner="person"}': 1,
        }),
      ],
    }),
  }),
  alertRule({
    name: "HoldForgotten",
    severity: "notice",
    for: 0,
    thresholds: { seconds: thresholds.forgotten },
    expression: ({ seconds }) => `time() - holdfast_instance_held_since_seconds > ${seconds}`,
    summary: "{{ $labels.app_instance }} has been out of rotation for {{ $value | humanizeDuration }}",
    meaning: "Somebody took it out and has not put it back.",
    firstCommand: "npx holdfast status",
    isNot: "Nothing has failed.",
    examples: ({ seconds }) => ({
      fires: [
        seen({
          'holdfast_instance_held_since_seconds{machine="app-1",app_instance="app-1-1",owner="person"}': {
            age: above(seconds),
          },
        }),
      ],
      silent: [
        seen({
          'holdfast_instance_held_since_seconds{machine="app-1",app_instance="app-1-1",owner="person"}': {
            age: below(seconds),
          },
        }),
      ],
    }),
  }),
  alertRule({
    name: "CrashLoop",
    severity: "notice",
    for: 0,
    thresholds: { restarts: 3 },
    expression: ({ restarts }) => `increase(holdfast_instance_restarts_total[15m]) > ${restarts}`,
    summary: "{{ $labels.app_instance }} was started again {{ $value | humanize }} times within 15 minutes",
    meaning: "It crashes again and again. Each time its requests go to the other instances.",
    firstCommand: "npx holdfast logs app --errors",
    isNot: "It is not a roll-out, which starts an instance once.",
    examples: ({ restarts }) => ({
      fires: [
        {
          series: {
            'holdfast_instance_restarts_total{machine="app-1",app_instance="app-1-1"}': {
              perSecond: above(restarts) / 900,
            },
          },
          settles: 900,
        },
      ],
      silent: [
        {
          series: {
            'holdfast_instance_restarts_total{machine="app-1",app_instance="app-1-1"}': {
              perSecond: below(restarts) / 900,
            },
          },
          settles: 900,
        },
      ],
    }),
  }),
  alertRule({
    name: "RolloutFailed",
    severity: "notice",
    for: 60,
    thresholds: {},
    expression: () => "holdfast_rollout_failed == 1",
    summary: "{{ $labels.machine }}: the last roll-out was taken back",
    meaning: "Visitors are served by the release before. The new one has not come.",
    firstCommand: "npx holdfast status",
    isNot: "Nobody notices it but those who wait for the release.",
    examples: () => ({
      fires: [seen({ 'holdfast_rollout_failed{machine="app-1"}': 1 })],
      silent: [seen({ 'holdfast_rollout_failed{machine="app-1"}': 0 })],
    }),
  }),
  alertRule({
    name: "ReleasesDiffer",
    severity: "notice",
    for: 900,
    thresholds: {},
    expression: () => "count(count by (checksum) (holdfast_release_info)) > 1",
    summary: "the app machines have {{ $value }} different releases",
    meaning: "A roll-out did not get to its end, so visitors get one release or another.",
    firstCommand: "npx holdfast status",
    isNot: "A roll-out that is under way mutes it.",
    examples: () => ({
      fires: [
        seen({
          'holdfast_release_info{machine="app-1",checksum="a"}': 1,
          'holdfast_release_info{machine="app-2",checksum="b"}': 1,
        }),
      ],
      silent: [
        seen({
          'holdfast_release_info{machine="app-1",checksum="a"}': 1,
          'holdfast_release_info{machine="app-2",checksum="a"}': 1,
        }),
      ],
    }),
  }),
];
