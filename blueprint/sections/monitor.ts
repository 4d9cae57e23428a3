import { serverTypeNames } from "../../catalog";
import { listOf, oneOf, section, text, wholeNumber } from "../fields";
import type { z } from "zod";

const secretly = (name: string) =>
  `Write it by \`pulumi config set --secret --path 'holdfast:monitor.${name}' VALUE\`.`;

const address = text(/^[^\s@,<>"]+@[^\s@,<>"]+$/, {
  description: "An e-mail address.",
  form: "an e-mail address and nothing else, e.g. team@example.com",
  why: "messages are sent to it",
  example: "team@example.com",
});

/** Where messages go: each item has one of these. */
const channel = (list: "page" | "notice") =>
  section(
    {
      slack: text(/^\S+$/, {
        description: `Address of an incoming webhook of Slack, or of a chat that takes Slack's messages. ${secretly(`${list}[0].slack`)}`,
        form: "an address without blanks",
        why: "messages are sent to it, and whoever knows it can send messages too",
        example: "slack: { secure: … }",
        secret: true,
      }).optional(),
      webhook: text(/^\S+$/, {
        description: `Address that gets Alertmanager's own JSON by POST. ${secretly(`${list}[0].webhook`)}`,
        form: "an address without blanks",
        why: "messages are sent to it, and whoever knows it can send messages too",
        example: "webhook: { secure: … }",
        secret: true,
      }).optional(),
      email: listOf(
        address,
        {
          description: "Addresses that get an e-mail. Needs `smtp`.",
          why: "messages are sent to them",
          example: "email: [team@example.com]",
        },
        { min: 1, max: 20 },
      ).optional(),
    },
    {
      description: "One way to reach somebody.",
      why: "each way is one of slack, webhook and email",
      example: "{ email: [team@example.com] }",
    },
  );

const smtp = section(
  {
    host: text(/^[A-Za-z0-9.-]+:\d{1,5}$/, {
      description: "Name and port of the mail server. Hetzner blocks the ports 25 and 465, so it is usually 587.",
      form: "name:port, e.g. smtp.example.com:587",
      why: "e-mails are handed over to it, over TLS (STARTTLS)",
      example: "host: smtp.example.com:587",
    }),
    from: text(/^[^\s@,<>"]+@[^\s@,<>"]+$/, {
      description: "Who sends the e-mails.",
      form: "an e-mail address and nothing else",
      why: "mail servers refuse senders that they do not know",
      example: "from: holdfast@example.com",
    }),
    user: text(/^\S+$/, {
      description: "User of the mail server. By default it asks for none.",
      form: "a name without blanks",
      why: "most mail servers take e-mails only from those who log in",
      example: "user: holdfast@example.com",
    }).optional(),
    password: text(/^[^\n]+$/, {
      description: `Password of that user. ${secretly("smtp.password")}`,
      form: "one line",
      why: "most mail servers take e-mails only from those who log in",
      example: "password: { secure: … }",
      secret: true,
    }).optional(),
    ca: text(/^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, {
      description:
        "Certificates of the authority that signed the mail server's certificate, as PEM text. By default those that Debian trusts.",
      form: "certificates as PEM text, and no key",
      why: "a server that cannot prove who it is gets no password",
      example: 'ca: "-----BEGIN CERTIFICATE-----…"',
      // Somebody may have pasted the private key here by mistake: errors must not show it.
      secret: true,
    }).optional(),
  },
  {
    description: "The mail server that sends e-mails.",
    why: "the monitor sends no e-mail by itself: others would take it for spam",
    example: "smtp: { host: smtp.example.com:587, from: holdfast@example.com, user: …, password: { secure: … } }",
  },
);

const channels = (list: "page" | "notice", description: string) =>
  listOf(
    channel(list),
    {
      description,
      why: "a message that nobody gets helps nobody",
      example: `${list}: [{ email: [team@example.com] }]`,
    },
    { min: 1, max: 10 },
  );

/** Who watches the stack, and whom it tells. Without this section nobody does. */
export const monitorSection = section(
  {
    machines: wholeNumber(0, 1, {
      description:
        "Number of machines for the monitor. By default none: it is on load-balancer-1, or on app-1 where there is no load balancer. 1 gives it a machine of its own, which sees that machine fail as well. A change of this number begins a new history.",
      why: "one monitor watches the stack, and the heartbeat watches the monitor",
      example: "machines: 1",
    }).default(0),
    serverType: oneOf(serverTypeNames, {
      description: "Hetzner's server type of the monitor's machine. By default cx23 (2 cores, 4 GiB).",
      why: "Hetzner sells servers in these sizes",
      example: "serverType: cx23",
    }).default("cx23"),
    page: channels("page", "Who is told at once, at any hour, what visitors notice or will notice soon."),
    notice: channels(
      "notice",
      "Who is told what can wait for the next working day. By default those of `page`.",
    ).optional(),
    smtp: smtp.optional(),
    heartbeat: text(/^\S+$/, {
      description: `Address that is asked by POST each minute while the monitor is well. The service behind it tells you when that stops, e.g. healthchecks.io. ${secretly("heartbeat")}`,
      form: "an address without blanks",
      why: "a monitor that is dead tells nobody",
      example: "heartbeat: { secure: … }",
      secret: true,
    }).optional(),
    probe: text(/^\/\S*$/, {
      description: "What the monitor asks the app for every ten seconds, as a visitor would. By default `/`.",
      form: "a path that starts with /",
      why: "the site is down when this is not answered",
      example: "probe: /",
    }).default("/"),
    alsoProbe: listOf(
      text(/^https?:\/\/[^\s/]+(\/\S*)?$/, {
        description: "An address.",
        form: "an http or https address",
        why: "the monitor asks for it as a visitor would",
        example: "https://www.example.com/",
      }),
      {
        description:
          "Addresses of other stacks that this monitor asks for too, so that each stack is seen from outside. By default none.",
        why: "a stack does not see itself as its visitors do",
        example: "alsoProbe: [https://www.example.com/]",
      },
      { max: 20 },
    ).default([]),
    retentionDays: wholeNumber(1, 730, {
      description: "Days of history of the figures, as far as they fit in 10 GB. By default 90.",
      why: "figures fill the disk",
      example: "retentionDays: 90",
    }).default(90),
  },
  {
    description: "Who watches the stack, and whom it tells. By default nobody does.",
    why: "somebody has to be told when the stack breaks at night",
    example:
      "holdfast:monitor: { page: [{ email: [team@example.com] }], smtp: { host: smtp.example.com:587, from: holdfast@example.com } }",
  },
);

/** The section as it stands in the file, with defaults; resolve/monitor.ts makes a `Monitor` of it. */
export type MonitorSection = z.output<typeof monitorSection>;
