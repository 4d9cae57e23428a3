import { createServer, type Server } from "node:http";
import { readFileSync, truncateSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { run } from "../../local/machines/command";
import { noRequestFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { buildRelease, goodHabits, type Habits } from "./releases";
import { type BuiltRelease, others, releaseDrill, rollOut, runningVersion } from "./stack";

/**
 * A release that must not get through.
 *
 * @param bring makes it; gives what the settings name, and what to do when it is over
 * @param reason what has to be told
 */
function badRelease(
  drill: Pick<Drill, "name" | "title" | "hypothesis">,
  reason: RegExp,
  bring: (stack: Stack) => Promise<{ readonly release: string; readonly end?: () => void }>,
): Drill {
  return {
    ...drill,
    claims: [
      noRequestFails,
      { metric: "others", text: "instances that do not serve the old release afterwards", unit: "instances", worst: 0 },
      { metric: "accepted", text: "roll-outs that ended with exit code 0", unit: "releases", worst: 0 },
      { metric: "unexplained", text: "roll-outs that did not give the reason", unit: "releases", worst: 0 },
      { metric: "duration", text: "time until the old release was back", unit: "s" },
    ],
    ...releaseDrill,
    load: { ...releaseDrill.load, duration: 200 },
    abortAfter: 300,
    async fault(stack) {
      const old = runningVersion(stack);
      const { release, end } = await bring(stack);
      try {
        const bad: BuiltRelease = { release, version: "bad", exit: "at once" };
        const { code, output, duration } = await rollOut(stack, bad);
        return {
          others: await others(stack, old),
          accepted: code === 0 ? 1 : 0,
          unexplained: reason.test(output) ? 0 : 1,
          duration,
        };
      } finally {
        end?.();
      }
    },
  };
}

const build = ({ releases }: Stack, habits: Partial<Habits> = {}) => buildRelease(`2.${releases.built++}.0`, habits);

const withHabits = (habits: Partial<Habits>) => (stack: Stack) => Promise.resolve({ release: build(stack, habits) });

async function packed(stack: Stack): Promise<string> {
  const folder = build(stack);
  await run("tar", ["-czf", `${folder}.tar.gz`, "-C", folder, "."]);
  return `${folder}.tar.gz`;
}

export const badReleases: readonly Drill[] = [
  badRelease(
    {
      name: "release-never-healthy",
      title: "Roll-out of a release that never gets healthy",
      hypothesis: "The first instance gets no visitors and gets its old release back; no other instance is touched.",
    },
    /app@1\.service: .*did not become healthy within 15 s/,
    withHabits({ health: 500 }),
  ),
  badRelease(
    {
      name: "release-crashes",
      title: "Roll-out of a release that crashes 3 s after it got healthy",
      hypothesis: "The first instance is watched for 5 s before visitors come, so none of them sees it.",
    },
    /app@1\.service: .*after it had been healthy/,
    withHabits({ crash: goodHabits.start + 3 }),
  ),
  badRelease(
    {
      name: "release-damaged-archive",
      title: "Roll-out of a release whose archive is damaged",
      hypothesis: "The archive is read before anything on a machine changes.",
    },
    /holdfast:app\.release/,
    async (stack) => {
      const file = await packed(stack);
      truncateSync(file, Math.floor(statSync(file).size / 2));
      return { release: file };
    },
  ),
  badRelease(
    {
      name: "release-wrong-checksum",
      title: "Roll-out of a release whose checksum is wrong",
      hypothesis: "The archive's checksum is compared with the settings before anything on a machine changes.",
    },
    /sha-?256/i,
    async (stack) => {
      const content = readFileSync(await packed(stack));
      const server = await serve(content);
      const { port } = server.address() as AddressInfo;
      const end = () => {
        server.close();
        server.closeAllConnections();
      };
      return { release: `http://127.0.0.1:${port}/drill.tar.gz#sha256=${"0".repeat(64)}`, end };
    },
  ),
];

function serve(content: Buffer): Promise<Server> {
  const server = createServer((_, response) => response.end(content));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
