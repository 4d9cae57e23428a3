import { mutedByChange, mutedBySiteDown } from "../../alerts/rules/watching";
import { type Channel, type ChannelKind, type Monitor, monitorSecrets } from "../../blueprint/resolve/monitor";
import { monitorPaths as paths, monitorUnits } from "./paths";

/** Where systemd hands a secret to Alertmanager. */
const secretFile = (name: string) => `/run/credentials/${monitorUnits.alertmanager}/${name}`;

/** Alertmanager's name of each kind, in its settings and its figures. */
const integrations: Readonly<Record<ChannelKind, string>> = { slack: "slack", webhook: "webhook", email: "email" };

/** Receiver of one channel alone, for `holdfast alerts test`. */
export const testReceiver = (channel: string) => `test-${channel}`;
/** Label that sends a message to one channel alone. */
export const testLabel = "holdfast_channel";

/** Who gets what. YAML, of which JSON is a part. */
export function alertmanagerYml(stack: string, monitor: Monitor): object {
  const { page, notice, heartbeat } = monitor;
  const channels = [...new Map([...page, ...notice].map((channel) => [channel.name, channel])).values()];
  const kinds = [...new Set(channels.map(({ kind }) => kind))];
  return {
    ...(monitor.smtp && { global: mailServer(monitor.smtp) }),
    route: {
      receiver: "notice",
      group_by: ["severity"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "24h",
      routes: [
        ...(heartbeat
          ? [
              {
                matchers: ['severity="heartbeat"'],
                receiver: "heartbeat",
                group_wait: "0s",
                group_interval: "1m",
                repeat_interval: "50s",
              },
            ]
          : []),
        { matchers: ['severity=~"none|heartbeat"'], receiver: "nobody" },
        ...channels.map(({ name }) => ({
          matchers: [`${testLabel}="${name}"`],
          receiver: testReceiver(name),
          // Each test is a group of its own, so that it never waits for another.
          group_by: ["..."],
          group_wait: "0s",
        })),
        // What does not arrive by one way is told by the others.
        ...kinds.map((kind) => ({
          matchers: ['alertname="NotificationsFail"', `integration="${integrations[kind]}"`],
          receiver: others(channels, kind).length > 0 ? `all-but-${kind}` : "notice",
          group_by: ["alertname", "integration"],
          group_wait: "10s",
        })),
        {
          matchers: ['severity="page"'],
          receiver: "page",
          // One that is open already must not delay another.
          group_by: ["alertname"],
          group_wait: "5s",
          group_interval: "1m",
          repeat_interval: "4h",
        },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['alertname="ChangeUnderway"'],
        target_matchers: [`alertname=~"${mutedByChange.join("|")}"`],
      },
      { source_matchers: ['alertname="SiteDown"'], target_matchers: [`alertname=~"${mutedBySiteDown.join("|")}"`] },
      {
        source_matchers: ['alertname=~"MachineDown|OnlyMachineDown"'],
        target_matchers: ['severity="notice"', 'alertname!~"MachineDown"'],
        equal: ["machine"],
      },
    ],
    receivers: [
      { name: "nobody" },
      ...(heartbeat ? [{ name: "heartbeat", webhook_configs: [heartbeatHook] }] : []),
      receiver("page", page, stack),
      receiver("notice", notice, stack),
      ...kinds
        .filter((kind) => others(channels, kind).length > 0)
        .map((kind) => receiver(`all-but-${kind}`, others(channels, kind), stack)),
      // A test is over as soon as it has come: nobody wants to be told so.
      ...channels.map((channel) => receiver(testReceiver(channel.name), [channel], stack, { tellsEnd: false })),
    ],
  };
}

const heartbeatHook = { url_file: secretFile(monitorSecrets.heartbeat), send_resolved: false, max_alerts: 1 };

function others(channels: readonly Channel[], kind: ChannelKind): Channel[] {
  return channels.filter((channel) => channel.kind !== kind);
}

function mailServer({ host, from, user, ca }: NonNullable<Monitor["smtp"]>): object {
  return {
    smtp_smarthost: host,
    smtp_from: from,
    smtp_require_tls: true,
    ...(user !== undefined && {
      smtp_auth_username: user,
      smtp_auth_password_file: secretFile(monitorSecrets.smtpPassword),
    }),
    ...(ca !== undefined && { smtp_tls_config: { ca_file: paths.mailAuthority } }),
  };
}

/** One line for each alert, and what to run first. */
const text =
  '{{ range .Alerts }}{{ if eq .Status "resolved" }}Over: {{ end }}{{ .Annotations.summary }}\n{{ if eq .Status "firing" }}First: {{ .Annotations.first }}\n{{ end }}{{ end }}';
const title = (stack: string) =>
  `${stack}: {{ if eq .Status "firing" }}{{ .Alerts.Firing | len }} open{{ else }}over{{ end }}: {{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.alertname }}{{ end }}`;

function receiver(name: string, channels: readonly Channel[], stack: string, { tellsEnd = true } = {}): object {
  const of = (kind: ChannelKind) => channels.filter((channel) => channel.kind === kind);
  return {
    name,
    slack_configs: of("slack").map((channel) => ({
      api_url_file: secretFile(channel.name),
      send_resolved: tellsEnd,
      title: title(stack),
      text,
    })),
    webhook_configs: of("webhook").map((channel) => ({ url_file: secretFile(channel.name), send_resolved: tellsEnd })),
    email_configs: of("email").map(({ to = [] }) => ({
      to: to.join(", "),
      send_resolved: tellsEnd,
      headers: { Subject: title(stack) },
      html: "",
      text,
    })),
  };
}
