import { above, alertRule, type AlertRule, below, seen } from "../rule";
import { causesOfSiteDown } from "./watching";

const responses = "haproxy_frontend_http_responses_total";
const visitors = `proxy="visitors"`;

/** Part of the answers of a while that were errors of ours. */
const errorRatio = (window: string) =>
  `sum(increase(${responses}{${visitors},code="5xx"}[${window}])) / sum(increase(${responses}{${visitors}}[${window}]))`;
const errors = (window: string) => `sum(increase(${responses}{${visitors},code="5xx"}[${window}]))`;

/** A site that was down within this time: its errors were told of then. */
const wasDown = (window: string) => `count_over_time(ALERTS{alertname="SiteDown",alertstate="firing"}[${window}])`;

/** An hour of requests, this part of them errors. */
const traffic = (perSecond: number, part: number) => ({
  [`${responses}{${visitors},code="2xx",machine="load-balancer-1"}`]: { perSecond: perSecond * (1 - part) },
  [`${responses}{${visitors},code="5xx",machine="load-balancer-1"}`]: { perSecond: perSecond * part },
});

/** Seconds, more than SiteDown waits for: a site that is down is told of once. */
const afterSiteDown = 60;

/** Part of requests that may fail within 30 days: the objective is 99.9 %. */
export const errorBudget = 0.001;

/**
 * How fast the budget may burn (Google's SRE workbook, chapter 5): over a long window for weight and a short one for an end,
 * with a number of errors that a quiet night does not reach by one bad request.
 */
function burn(
  name: string,
  severity: "page" | "notice",
  {
    long,
    short,
    seconds,
    burns,
    least,
    patience,
    meaning,
  }: {
    readonly long: string;
    readonly short: string;
    readonly seconds: number;
    readonly burns: number;
    readonly least: number;
    readonly patience: number;
    readonly meaning: string;
  },
): AlertRule {
  const every = Math.max(15, seconds / 720);
  const busy = 20;
  const whole = { settles: seconds, every, mayHoldSooner: true };
  return alertRule({
    name,
    severity,
    for: patience,
    thresholds: { ratio: burns * errorBudget, errors: least },
    expression: ({ ratio, errors: count }) =>
      `${errorRatio(long)} > ${ratio} and ${errorRatio(short)} > ${ratio} and ${errors(long)} >= ${count} unless on () ${wasDown(short)}`,
    summary: `{{ $value | humanizePercentage }} of the requests of ${long} were answered with an error`,
    meaning,
    firstCommand: "npx holdfast logs load-balancer --errors",
    isNot:
      "It does not count what a second instance answered after the first failed, nor visitors' own mistakes (4xx). It is silent about the errors of a site that is down, or has just been: SiteDown told of them.",
    examples: ({ ratio, errors: count }) => ({
      fires: [
        { series: traffic(busy, above(ratio)), ...whole },
        { series: traffic((above(count) * 2) / seconds, 0.5), ...whole },
        // So many that two samples are enough.
        { series: traffic(count * 1000, above(ratio)), settles: every, every },
      ],
      silent: [
        { series: traffic(busy, below(ratio)), settles: seconds, every },
        { series: traffic((below(count) * 2) / seconds, 0.5), settles: seconds, every },
        {
          series: { ...traffic(busy, above(ratio)), 'ALERTS{alertname="SiteDown",alertstate="firing"}': 1 },
          settles: seconds,
          every,
        },
      ],
    }),
  });
}

/** What visitors notice. */
export const visitorRules: readonly AlertRule[] = [
  alertRule({
    name: "SiteDown",
    severity: "page",
    for: 45,
    // What broke the site is seen well again later than the site itself, and must not be told when all is over.
    lingers: 90,
    thresholds: {},
    expression: () => `probe_success{job="site"} == 0`,
    summary: `{{ $labels.instance }} does not answer{{ range query \`ALERTS{alertname=~"${causesOfSiteDown.join("|")}"}\` }}; {{ .Labels.alertname }}{{ with .Labels.machine }} on {{ . }}{{ end }}{{ end }}`,
    meaning:
      "Visitors get no answer, or an error, from the address that they know. The message names what else is wrong: those alerts are not told beside it.",
    firstCommand: "npx holdfast status",
    isNot: "It is not a failover: a load balancer takes over in a shorter time than this waits.",
    examples: () => ({
      fires: [seen({ 'probe_success{job="site",instance="http://198.51.100.7/"}': 0 })],
      silent: [seen({ 'probe_success{job="site",instance="http://198.51.100.7/"}': 1 })],
    }),
  }),
  alertRule({
    name: "OtherSiteDown",
    severity: "page",
    for: 120,
    thresholds: {},
    expression: () => `probe_success{job="other-site"} == 0`,
    summary: "{{ $labels.instance }}, which this stack looks after, does not answer",
    meaning: "The visitors of another stack get no answer, as seen from here.",
    firstCommand: "npx holdfast status --stack THE-OTHER-STACK",
    isNot: "It may be the way from this stack to the other. Look whether that stack's own monitor says the same.",
    examples: () => ({
      fires: [seen({ 'probe_success{job="other-site",instance="https://www.example.com/"}': 0 })],
      silent: [seen({ 'probe_success{job="other-site",instance="https://www.example.com/"}': 1 })],
    }),
  }),
  alertRule({
    name: "NoInstances",
    severity: "page",
    for: 30,
    thresholds: {},
    expression: () => `sum(haproxy_backend_active_servers{proxy="safe"}) == 0`,
    summary: "no load balancer has an instance to send visitors to",
    meaning: "Every visitor gets 503 until an instance is well again.",
    firstCommand: "npx holdfast logs app --errors",
    isNot: "It is not one instance that fails: the others serve then, and InstanceOut tells of it later.",
    examples: () => ({
      fires: [seen({ 'haproxy_backend_active_servers{proxy="safe",machine="load-balancer-1"}': 0 })],
      silent: [
        seen({
          'haproxy_backend_active_servers{proxy="safe",machine="load-balancer-1"}': 0,
          'haproxy_backend_active_servers{proxy="safe",machine="load-balancer-2"}': 1,
        }),
      ],
    }),
  }),
  burn("VisitorsGetErrors", "page", {
    patience: afterSiteDown,
    long: "1h",
    short: "5m",
    seconds: 3600,
    burns: 14.4,
    least: 20,
    meaning: "A fiftieth of the errors that a month may have came within one hour.",
  }),
  burn("ErrorsAddUp", "page", {
    patience: afterSiteDown,
    long: "6h",
    short: "30m",
    seconds: 6 * 3600,
    burns: 6,
    least: 50,
    meaning: "A twentieth of the errors that a month may have came within six hours.",
  }),
  burn("ErrorsLinger", "notice", {
    patience: 0,
    long: "3d",
    short: "6h",
    seconds: 3 * 86_400,
    burns: 1,
    least: 100,
    meaning: "Errors come at a rate that uses up the whole month's.",
  }),
  alertRule({
    name: "SiteSlow",
    severity: "notice",
    for: 600,
    thresholds: { seconds: 2 },
    expression: ({ seconds }) => `probe_duration_seconds{job="site"} > ${seconds}`,
    summary: "{{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer",
    meaning: "Visitors wait. The next thing that happens may be timeouts.",
    firstCommand: "npx holdfast dashboard",
    isNot: "It is one page, asked again and again; other pages may be slow without this.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'probe_duration_seconds{job="site",instance="http://198.51.100.7/"}': above(seconds) })],
      silent: [seen({ 'probe_duration_seconds{job="site",instance="http://198.51.100.7/"}': below(seconds) })],
    }),
  }),
  alertRule({
    name: "FloatingIpLost",
    severity: "page",
    needs: "pair",
    for: 60,
    thresholds: {},
    expression: () => "sum(holdfast_keeper_master) != 1",
    summary: "{{ $value }} load balancers say that the floating IP is theirs",
    meaning: "With none, visitors get no connection. With two, some of them do not.",
    firstCommand: "npx holdfast status",
    isNot: "It is not a failover, which takes seconds.",
    examples: () => ({
      fires: [
        seen({
          'holdfast_keeper_master{machine="load-balancer-1"}': 0,
          'holdfast_keeper_master{machine="load-balancer-2"}': 0,
        }),
        seen({
          'holdfast_keeper_master{machine="load-balancer-1"}': 1,
          'holdfast_keeper_master{machine="load-balancer-2"}': 1,
        }),
      ],
      silent: [
        seen({
          'holdfast_keeper_master{machine="load-balancer-1"}': 1,
          'holdfast_keeper_master{machine="load-balancer-2"}': 0,
        }),
      ],
    }),
  }),
  alertRule({
    name: "TakeoverUnsafe",
    severity: "notice",
    needs: "pair",
    for: 300,
    thresholds: {},
    expression: () => "holdfast_keeper_fit == 0 unless holdfast_keeper_out_since_seconds",
    summary: "{{ $labels.machine }} could not take over",
    meaning: "Visitors feel nothing yet. When the other load balancer fails, nobody serves them.",
    firstCommand: "npx holdfast logs load-balancer",
    isNot: "It is silent about a load balancer that a person took out with `failover`.",
    examples: () => ({
      fires: [seen({ 'holdfast_keeper_fit{machine="load-balancer-2"}': 0 })],
      silent: [
        seen({ 'holdfast_keeper_fit{machine="load-balancer-2"}': 1 }),
        seen({
          'holdfast_keeper_fit{machine="load-balancer-2"}': 0,
          'holdfast_keeper_out_since_seconds{machine="load-balancer-2"}': 1,
        }),
      ],
    }),
  }),
  ...(["notice", "page"] as const).map((severity) =>
    alertRule({
      name: severity === "page" ? "CertificateEndsNow" : "CertificateEnds",
      severity,
      needs: "https",
      for: 600,
      thresholds: { left: (severity === "page" ? 3 : 14) * 86_400 },
      expression: ({ left }) => `probe_ssl_earliest_cert_expiry - time() < ${left}`,
      summary: "the certificate of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}",
      meaning: "Browsers will refuse the site on that day.",
      firstCommand: "npx holdfast logs load-balancer",
      isNot: "A certificate is renewed long before; this says that the renewal does not work.",
      examples: ({ left }) => ({
        fires: [seen({ 'probe_ssl_earliest_cert_expiry{job="site",instance="https://x/"}': { age: -below(left) } })],
        silent: [seen({ 'probe_ssl_earliest_cert_expiry{job="site",instance="https://x/"}': { age: -above(left) } })],
      }),
    }),
  ),
];
