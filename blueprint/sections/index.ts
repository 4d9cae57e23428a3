import type { z } from "zod";
import { locationNames } from "../../catalog";
import { flag, oneOf, text } from "../fields";
import { adminSection } from "./admin";
import { appSection } from "./app";
import { backupSection } from "./backup";
import { databaseSection } from "./database";
import { httpsSection } from "./https";
import { loadBalancerSection } from "./loadBalancer";
import { monitorSection } from "./monitor";
import { releasesSection } from "./releases";

/**
 * Every section of the settings, by its key in `Pulumi.<stack>.yaml` without `holdfast:`, in the order of docs/settings.md.
 * A new section is one file beside this one and one line here.
 */
export const sections = {
  location: oneOf(locationNames, {
    description: "Hetzner's location of all machines.",
    why: "Hetzner has these locations",
    example: "holdfast:location: nbg1",
  }),
  app: appSection,
  releases: releasesSection.prefault({}),
  loadBalancer: loadBalancerSection.prefault({}),
  https: httpsSection.optional(),
  database: databaseSection.optional(),
  backup: backupSection.optional(),
  monitor: monitorSection.optional(),
  failoverToken: text(/^\S+$/, {
    description:
      "The API token with which load balancers move the floating IP. Make a read-write token for this alone, in this environment's own project. `pulumi up` rolls out a new one. Local stacks need none.",
    why: "it is sent in the head of a request",
    form: "a token without blanks",
    secret: true,
    example: "pulumi config set --secret holdfast:failoverToken",
  }).optional(),
  admin: adminSection.prefault({}),
  keepDisks: flag({
    description:
      "Whether disks of machines keep their size when `serverType` grows, so that the type can go down again. A type whose disk is smaller than the machine's is refused by Hetzner. By default disks grow along, and types only go up. The volume of the database is not concerned.",
    why: "a disk that grew never shrinks",
    example: "holdfast:keepDisks: true",
  }).prefault(false),
  protect: flag({
    description:
      "Whether Pulumi and Hetzner refuse to delete machines, the volume, the floating IP and the Storage Box. By default only in stacks named prod or prod-….",
    why: "a slip must not delete what visitors depend on",
    example: "holdfast:protect: true",
  }).optional(),
} as const;

/** e.g. `loadBalancer` */
export type SectionName = keyof typeof sections;
/** In the order of docs/settings.md. */
export const sectionNames = Object.keys(sections) as SectionName[];

/** What the sections hold once they are checked, with defaults. */
export type CheckedSections = Readonly<z.output<z.ZodObject<typeof sections>>>;
