import type { BadSettings } from "./badSettings";

const smtp = { host: "smtp.example.com:587", from: "holdfast@example.com" };
const email = { email: ["team@example.com"] };

/** holdfast:monitor */
export const badMonitors: readonly BadSettings[] = [
  {
    mistake: "a monitor that tells nobody",
    written: { monitor: { page: [] } },
    says: ["holdfast:monitor.page: [] has fewer than 1 entry"],
  },
  {
    mistake: "e-mails without a mail server",
    written: { monitor: { page: [email] } },
    says: ["holdfast:monitor.smtp: is missing | smtp.example.com:587"],
  },
  {
    mistake: "a mail server on a port that Hetzner blocks",
    written: { monitor: { page: [email], smtp: { ...smtp, host: "smtp.example.com:465" } } },
    says: ["holdfast:monitor.smtp.host: smtp.example.com:465 is a port that Hetzner blocks | smtp.example.com:587"],
  },
  {
    mistake: "a mail user without a password",
    written: { monitor: { page: [email], smtp: { ...smtp, user: "holdfast" } } },
    says: ["holdfast:monitor.smtp.password: is missing"],
  },
  {
    mistake: "two ways in one channel",
    written: { monitor: { page: [{ ...email, slack: "https://example.com/hunter2" }], smtp } },
    says: [
      "holdfast:monitor.page[0]: names slack and email | more items",
      "holdfast:monitor: has addresses or a password in plain text",
    ],
  },
  {
    mistake: "a webhook that anybody may read on its way, in plain text",
    written: { monitor: { page: [{ webhook: "http://example.com/hunter2" }] } },
    says: [
      "holdfast:monitor.page[0].webhook: is no https address | send messages",
      "holdfast:monitor: has addresses or a password in plain text | pulumi config set --secret",
    ],
  },
  {
    mistake: "a name in place of an address",
    written: { monitor: { page: [{ email: ["Ana <ana@example.com>"] }], smtp } },
    says: ["holdfast:monitor.page[0].email[0]: Ana <ana@example.com>"],
  },
  {
    mistake: "a monitor machine that nothing leads to",
    written: { monitor: { machines: 1, page: [email], smtp }, loadBalancer: { machines: 0 } },
    says: ["holdfast:monitor.machines: 1 is not possible without a load balancer"],
  },
  {
    mistake: "a monitor beside instances that take all memory",
    written: { monitor: { page: [email], smtp }, loadBalancer: { machines: 0 } },
    says: ["holdfast:monitor: has 512 MiB of app-1, where it needs 896 | choose a larger serverType"],
  },
];
