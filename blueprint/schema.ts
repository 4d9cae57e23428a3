import { locationNames } from "../catalog";
import { flag, oneOf, text } from "./fields";
import { adminSection } from "./sections/admin";
import { appSection } from "./sections/app";
import { backupSection } from "./sections/backup";
import { databaseSection } from "./sections/database";
import { loadBalancerSection } from "./sections/loadBalancer";
import { releasesSection } from "./sections/releases";

/**
 * Every setting there is, by its key in `Pulumi.<stack>.yaml` without `holdfast:`. The order is that of docs/settings.md.
 * A new section is one file in sections/ and one line here.
 */
export const schema = {
  location: oneOf(locationNames, {
    description: "Hetzner's location of all machines.",
    why: "Hetzner has these locations",
    example: "holdfast:location: nbg1",
  }),
  app: appSection,
  releases: releasesSection.prefault({}),
  loadBalancer: loadBalancerSection.prefault({}),
  database: databaseSection.optional(),
  backup: backupSection.optional(),
  failoverToken: text(/^\S+$/, {
    description:
      "The API token with which load balancers move the floating IP: a read-write token of this environment's own project, for nothing else. A new one is rolled out by `pulumi up`. Local stacks need none.",
    why: "it is sent in the head of a request",
    form: "a token without blanks",
    secret: true,
    example: "pulumi config set --secret holdfast:failoverToken",
  }).optional(),
  admin: adminSection.prefault({}),
  protect: flag({
    description:
      "Whether machines and what else matters refuse to be deleted, by Pulumi and by Hetzner. By default only in stacks named prod or prod-….",
    why: "a slip must not delete what visitors depend on",
    example: "holdfast:protect: true",
  }).optional(),
} as const;

/** e.g. `loadBalancer` */
export type SettingName = keyof typeof schema;
/** In the order of docs/settings.md. */
export const settingNames = Object.keys(schema) as SettingName[];
