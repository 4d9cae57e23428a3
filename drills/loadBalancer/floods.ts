import { join } from "node:path";
import type { LoadResult } from "../load/outcomes";
import type { Drill, Measurements } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { pause } from "../frame/wait";

const seconds = 10;
/** Seconds: longer than the load that it disturbs. */
const floodSeconds = seconds + 5;
const load = { rate: 100, duration: seconds, timeout: 5 } as const;

const claims: Drill["claims"] = [
  { metric: "failed", text: "GETs of other visitors that failed", unit: "requests", worst: 0 },
  { metric: "slowdown", text: "p99 of other visitors against before", unit: "ratio", worst: 2 },
];

/** The flood shares this computer with everybody else, as it would not on the Internet: it gets what others leave. */
const flooder = (program: string, options: string) => [
  "nice",
  "-n",
  "19",
  process.execPath,
  "--import",
  "tsx",
  program,
  options,
];

/**
 * Other visitors' p99 with the flood against the one without it, measured right before. Below 5 ms the computer's own
 * noise doubles a p99, so that much counts as nothing.
 */
async function comparing(stack: Stack, flood: () => Promise<Measurements>): Promise<Measurements> {
  const noise = 0.005;
  const before = await stack.visit(load);
  const flooding = flood();
  // The flood's program starts on the same computer: its start is not part of the flood.
  await pause(2);
  const during = await stack.visit(load);
  const measured = await flooding;
  const slowdown = Math.max(noise, during.latency.p99) / Math.max(noise, before.latency.p99);
  return { ...measured, failed: before.failed + during.failed, slowdown };
}

/** Requests of one source in ten seconds, at 50 times the default limit of 200. */
export const requestFlood: Drill = {
  name: "request-flood",
  title: "One source sends 50 times what one source may",
  hypothesis: "HAProxy answers it with 429 and refuses its connections; the instances hear nothing of it.",
  claims: [
    ...claims,
    { metric: "admitted", text: "requests of the flood that were served", unit: "requests", worst: 250 },
  ],
  load: { ...load, duration: 2 },
  runs: 3,
  abortAfter: 90,
  fault: (stack) =>
    comparing(stack, async () => {
      const options = { url: stack.url, rate: 1000, duration: floodSeconds, timeout: 2, connections: "keep-alive" };
      const program = join(__dirname, "../load/main.ts");
      const flood = JSON.stringify({ ...options, sources: [stack.attacker] });
      const output = await stack.fromOutside(flooder(program, flood));
      return { admitted: (JSON.parse(output) as LoadResult).ok };
    }),
};

export const slowHeaders: Drill = {
  name: "slow-headers",
  title: "2,000 connections send a byte of their headers now and then",
  hypothesis: "One source may have 100 connections; those are closed after the header timeout, the others refused.",
  claims,
  load: { ...load, duration: 2 },
  runs: 3,
  abortAfter: 90,
  fault: (stack) =>
    comparing(stack, async () => {
      const program = join(__dirname, "../load/slowHeaders.ts");
      const options = JSON.stringify({
        url: stack.url,
        connections: 2000,
        duration: floodSeconds,
        source: stack.attacker,
      });
      const output = await stack.fromOutside(flooder(program, options));
      return { heldOpen: (JSON.parse(output) as { most: number }).most };
    }),
};
