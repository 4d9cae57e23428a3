import type { ServerTypeName } from "../../catalog";
import type { Problem } from "../problems";
import type { MonitorSection } from "../sections/monitor";
import { isKnownSecret, type SettingsSource } from "../settingsSource";

/** How somebody is reached. */
export type ChannelKind = "slack" | "webhook" | "email";

/** One way to reach somebody, without its secret. */
export interface Channel {
  /** e.g. `page-1`; its secret has the same name. */
  readonly name: string;
  readonly kind: ChannelKind;
  /** Addresses of e-mails; others keep theirs as a secret. */
  readonly to?: readonly string[];
}

/** The settings of the monitor, without secrets. */
export interface Monitor {
  readonly machines: number;
  readonly serverType: ServerTypeName;
  readonly page: readonly Channel[];
  readonly notice: readonly Channel[];
  readonly smtp?: {
    readonly host: string;
    readonly from: string;
    readonly user?: string;
    readonly ca?: string;
  };
  readonly heartbeat: boolean;
  readonly probe: string;
  readonly alsoProbe: readonly string[];
  readonly retentionDays: number;
}

/** Secrets of the monitor: names of files → contents. */
export type MonitorSecrets = Readonly<Record<string, string>>;

/** Names of the secrets that are no channel's. */
export const monitorSecrets = { heartbeat: "heartbeat", smtpPassword: "smtp-password" } as const;

/** Separates the public part from addresses and passwords that nobody may read, and checks that they are secrets. */
export function resolveMonitor(
  written: MonitorSection,
  source: Pick<SettingsSource, "isSecret" | "secretsAreStandIns" | "cloud">,
): { value: { monitor: Monitor; secrets: MonitorSecrets }; problems: readonly Problem[] } {
  const { page, notice, smtp, heartbeat, ...plain } = written;
  const lists = { page, ...(notice && { notice }) };
  const named = Object.entries(lists).flatMap(([list, items]) =>
    items.map((item, index) => ({ setting: `holdfast:monitor.${list}[${index}]`, name: `${list}-${index + 1}`, item })),
  );
  const channels = named.flatMap(({ name, item }) => channelOf(name, item));
  const secrets: MonitorSecrets = Object.fromEntries([
    ...named.flatMap(({ name, item: { slack, webhook } }) => {
      const url = slack ?? webhook;
      return url === undefined ? [] : [[name, url] as const];
    }),
    ...(heartbeat === undefined ? [] : [[monitorSecrets.heartbeat, heartbeat] as const]),
    ...(smtp?.password === undefined ? [] : [[monitorSecrets.smtpPassword, smtp.password] as const]),
  ]);
  const of = (list: string) => channels.filter(({ name }) => name.startsWith(`${list}-`));
  const { password, ...server } = smtp ?? {};
  const monitor: Monitor = {
    ...plain,
    page: of("page"),
    notice: notice ? of("notice") : of("page"),
    ...(smtp && { smtp: server as NonNullable<Monitor["smtp"]> }),
    heartbeat: heartbeat !== undefined,
  };
  return {
    value: { monitor, secrets },
    problems: [
      ...named.flatMap(({ setting, item }) => oneWay(setting, item)),
      ...addressProblems(named, heartbeat, source),
      ...(Object.keys(secrets).length > 0 && !source.isSecret("holdfast:monitor") ? [plainSecret] : []),
      ...mailProblems(channels, smtp, password),
    ],
  };
}

type Item = MonitorSection["page"][number];
interface Named {
  readonly setting: string;
  readonly item: Item;
}

function channelOf(name: string, item: Item): Channel[] {
  if (item.slack !== undefined) return [{ name, kind: "slack" }];
  if (item.webhook !== undefined) return [{ name, kind: "webhook" }];
  return item.email ? [{ name, kind: "email", to: item.email }] : [];
}

function oneWay(setting: string, item: Item): Problem[] {
  const ways = Object.keys(item);
  return ways.length === 1
    ? []
    : [
        {
          setting,
          wrong: ways.length === 0 ? "names no way" : `names ${ways.join(" and ")}`,
          why: "each item of the list is one way to reach somebody",
          fix: "write one of slack, webhook and email, and more items for more ways",
        },
      ];
}

/** Whoever listens on the way would learn an address that lets anybody send messages. */
function addressProblems(
  named: readonly Named[],
  heartbeat: string | undefined,
  source: Pick<SettingsSource, "secretsAreStandIns" | "cloud">,
): Problem[] {
  const urls = [
    ...named.flatMap(({ setting, item: { slack, webhook } }) => [
      ...(slack === undefined ? [] : [[`${setting}.slack`, slack] as const]),
      ...(webhook === undefined ? [] : [[`${setting}.webhook`, webhook] as const]),
    ]),
    ...(heartbeat === undefined ? [] : [["holdfast:monitor.heartbeat", heartbeat] as const]),
  ];
  return urls.flatMap(([setting, url]) => {
    if (!isKnownSecret(url, source)) return [];
    const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: "" };
    if (protocol === "https:" || (protocol === "http:" && source.cloud.isRehearsal)) return [];
    return [
      {
        setting,
        wrong: "is no https address",
        why: "whoever listens on the way could send messages of his own",
        fix: "write the address as the service shows it, https:// included",
      },
    ];
  });
}

/** Ports that Hetzner lets no server use for e-mails. */
const blockedPorts = [25, 465];

function mailProblems(
  channels: readonly Channel[],
  smtp: MonitorSection["smtp"],
  password: string | undefined,
): Problem[] {
  const setting = "holdfast:monitor.smtp";
  if (!smtp) {
    return channels.some(({ kind }) => kind === "email")
      ? [
          {
            setting,
            wrong: "is missing",
            why: "a channel is an e-mail, and the monitor hands e-mails to a mail server",
            fix: "write smtp: { host: smtp.example.com:587, from: …, user: …, password: … }",
          },
        ]
      : [];
  }
  const [name = "", port = ""] = smtp.host.split(":");
  return [
    ...(blockedPorts.includes(Number(port))
      ? [
          {
            setting: `${setting}.host`,
            value: smtp.host,
            wrong: "is a port that Hetzner blocks",
            why: "e-mails would be lost without an error: Hetzner drops what servers send to the ports 25 and 465",
            fix: `write ${name}:587, the port for those who log in`,
          },
        ]
      : []),
    ...((smtp.user === undefined) === (password === undefined)
      ? []
      : [
          {
            setting: `${setting}.${smtp.user === undefined ? "user" : "password"}`,
            wrong: "is missing",
            why: "a mail server asks for both",
            fix: "write user and password, or neither of them",
          },
        ]),
  ];
}

const plainSecret: Problem = {
  setting: "holdfast:monitor",
  wrong: "has addresses or a password in plain text",
  why: "anybody who reads this file could send messages in the monitor's name, or keep the heartbeat alive",
  fix: "make new ones, and give each with `pulumi config set --secret --path 'holdfast:monitor.NAME' VALUE`",
};
