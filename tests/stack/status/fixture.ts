import type { CloudView } from "../../../stack/status/cloudView";
import type { Answer } from "../../../stack/status/machines";
import type { Probe } from "../../../stack/status/probe";
import type { StackStatus } from "../../../stack/status/stackStatus";
import { makeStatus, type KnownStack } from "../../../stack/status/status";

/** 2026-11-24 12:00 UTC, as machines and this computer have it. */
export const noon = Date.UTC(2026, 10, 24, 12) / 1000;
export const hour = 3600;
export const day = 24 * hour;

const known: KnownStack = {
  stack: "prod",
  url: "http://203.0.113.100",
  machines: [
    { name: "load-balancer-1", roles: ["loadBalancer"] },
    { name: "load-balancer-2", roles: ["loadBalancer"] },
    { name: "app-1", roles: ["app"] },
    { name: "app-2", roles: ["app"] },
  ],
  floatingIps: ["203.0.113.100"],
};

const common = {
  now: noon,
  unanswered: {},
  disks: [{ folder: "/", size: 40e9, free: 30e9 }],
  reboot: null,
  failedUnits: [],
  release: null,
  lastRollout: null,
  lease: null,
  instances: null,
  haproxy: null,
  keeper: null,
  database: null,
  pool: null,
  backups: null,
  proof: null,
};

const servers = ["app-1-1", "app-1-2", "app-2-1", "app-2-2"];

export function balancer(master: boolean, more: Partial<Probe> = {}): Probe {
  return {
    ...common,
    haproxy: servers.map((name) => ({ name, status: "UP", since: hour, sessions: 1 })),
    keeper: { master, fit: true, outSince: null },
    ...more,
  };
}

/** An app machine's instances, the first of them out of rotation since then (seconds since 1970). */
export function firstOut(since: number): Partial<Probe> {
  const hold = {
    owner: "person",
    word: "drain",
    who: "ana@laptop",
    since: new Date(since * 1000).toISOString(),
  } as const;
  return {
    instances: [1, 2].map((number) => ({ number, unit: "active", restarts: 0, holds: number === 1 ? [hold] : [] })),
  };
}

export function app(more: Partial<Probe> = {}): Probe {
  return {
    ...common,
    release: { version: "1.0.0", checksum: "aa" },
    instances: [1, 2].map((number) => ({ number, unit: "active", restarts: 0, holds: [] })),
    ...more,
  };
}

/** A pair and two app machines of which all is well, but for what a test says. */
export function statusWith(
  changes: Readonly<Record<string, Answer>> = {},
  cloud: CloudView | { unknown: string } = {
    servers: Object.fromEntries(known.machines.map(({ name }) => [`prod-${name}`, "running"])),
    floatingIps: [{ address: "203.0.113.100", server: "prod-load-balancer-1" }],
  },
): StackStatus {
  const answers: Record<string, Answer> = {
    "load-balancer-1": { probe: balancer(true) },
    "load-balancer-2": { probe: balancer(false) },
    "app-1": { probe: app() },
    "app-2": { probe: app() },
    ...changes,
  };
  return makeStatus(known, new Map(Object.entries(answers)), cloud, new Date(noon * 1000));
}
