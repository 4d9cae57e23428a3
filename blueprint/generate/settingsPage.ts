import { z } from "zod";
import { locations, recorded, serverTypes } from "../../catalog";
import { groupIn, groupOfEach, meta, unwrap } from "../fields";
import { manifestSchema } from "../manifest";
import { sections } from "../sections";
import { markdownTable } from "../../lib/text";

/** docs/settings.md: every setting, from the same source as the checks. */
export function settingsPage(): string {
  const described = Object.entries(sections).map(([name, section]) => describe(`holdfast:${name}`, section));
  return [
    "# Settings",
    "An environment is one file, `Pulumi.<stack>.yaml`. A setting that is left out has the default that stands here. Holdfast reports all mistakes at once, before it changes anything.",
    "This page is generated from `blueprint/sections/` by `make generate`.",
    ...described,
    "## A release's `holdfast.yaml`",
    "What the app says about itself lies at the top of its release (docs/releases.md).",
    ...describeGroup(manifestSchema),
    "## Locations",
    markdownTable(
      ["location", "city", "network zone"],
      Object.entries(locations).map(([name, { city, network_zone: zone }]) => [name, city, zone]),
    ),
    "## Server types",
    `As others read them at Hetzner until ${recorded}; only Hetzner knows what is sold out. A deprecated type is for machines that exist.`,
    markdownTable(
      ["type", "cores", "memory", "disk", "sold in", "deprecated in"],
      Object.entries(serverTypes).map(([name, { cores, memory, disk, ...type }]) => [
        name,
        String(cores),
        `${memory} GiB`,
        `${disk} GB`,
        type.locations.join(", "),
        type.deprecated_locations.join(", "),
      ]),
    ),
  ].join("\n\n");
}

function describe(setting: string, section: z.ZodType): string {
  const description = meta.get(unwrap(section))?.description ?? "";
  return [`## \`${setting}\``, description, ...describeGroup(section)].join("\n\n");
}

/** An example, and for a group the table of its settings. */
function describeGroup(section: z.ZodType): string[] {
  const inner = unwrap(section);
  const example = `\`\`\`yaml\n${meta.get(inner)?.example ?? ""}\n\`\`\``;
  return inner instanceof z.ZodObject
    ? [example, markdownTable(["setting", "what it is", "allowed"], rows("", inner))]
    : [example];
}

/** One row for each setting; groups are shown as their settings, with a dot between. */
function rows(prefix: string, group: z.ZodObject): string[][] {
  return Object.entries(group.shape as Record<string, z.ZodType>).flatMap(([key, field]) => {
    const inner = unwrap(field);
    const name = `${prefix}${key}`;
    if (inner instanceof z.ZodObject) return rows(`${name}.`, inner);
    const item = inner instanceof z.ZodArray ? groupIn(inner.element as z.ZodType) : undefined;
    const own = [`\`${name}\``, meta.get(inner)?.description ?? "", allowed(inner)];
    const group = groupOfEach(inner);
    if (group) return [own, ...rows(`${name}.NAME.`, group)];
    return item instanceof z.ZodObject ? [own, ...rows(`${name}[].`, item)] : [own];
  });
}

function allowed(field: z.ZodType): string {
  if (field instanceof z.ZodNumber) return `${field.minValue}–${field.maxValue}`;
  if (field instanceof z.ZodEnum) return field.options.length > 8 ? "see below" : field.options.join(", ");
  if (field instanceof z.ZodBoolean) return "true, false";
  if (field instanceof z.ZodArray) return `a list: ${meta.get(field.element as z.ZodType)?.form ?? ""}`;
  return meta.get(field)?.form ?? "";
}
