import type { Blueprint, Role } from "../blueprint/blueprint";

/** What a resource that is no machine is there for: a machine's role, or what the environment as a whole needs. */
export type ResourceRole = Role | "network" | "admin" | "backup" | "releases";

/**
 * Labels of what is no machine: in Hetzner's console they tell what something is for, and by the stack's a teardown finds
 * what is left. A change of labels changes nothing else.
 *
 * @param machine where one machine has the resource, by the settings; @default the whole environment
 */
export function resourceLabels({ stack }: Blueprint, role: ResourceRole, machine?: string): Record<string, string> {
  return { stack, role, ...(machine !== undefined && { machine }) };
}
