import { delimiter } from "node:path";
import { ensureBaseImage } from "../../local/machines/baseImage";
import { isRoot } from "../../local/paths";
import { createProgress } from "../../lib/terminal/progress";
import { hasApt, installPackages, LOCAL_CLOUD_PACKAGES, TEST_PACKAGES } from "../../toolchain/debianPackages";
import type { Progress } from "../../lib/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import { jest } from "./jest";
import { lint } from "./lint";
import { line, NOTHING, type Outcome, sum } from "./outcome";

const PARTS = ["lint", "fast", "whole-stack", "rehearsal", "under-load"] as const;
type Part = (typeof PARTS)[number];

/** What guards every change. The other parts take more than an hour: they are for each night and each release. */
const EVERY_CHANGE: readonly Part[] = ["lint", "fast", "whole-stack"];

/** `make test`, `make test-all` (`--all`) and `make lint` (`--only lint`; it takes the name of any part). */
async function main(args: readonly string[]): Promise<void> {
  const parts = chosen(args);
  const env = await prepare(parts);
  const outcomes: Outcome[] = [];
  for (const part of parts) outcomes.push(await run(part, env));
  const total = sum(outcomes);
  console.log(`\n${parts.map((part, index) => `${part}: ${line(outcomes[index] ?? NOTHING)}`).join("\n")}`);
  if (total.skipped.length > 0) console.log(`${total.skipped.length} skipped:\n  ${total.skipped.join("\n  ")}`);
  console.log(line(total));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function chosen(args: readonly string[]): readonly Part[] {
  if (args.length === 0) return EVERY_CHANGE;
  if (args.length === 1 && args[0] === "--all") return PARTS;
  const part = PARTS.find((name) => args[0] === "--only" && args[1] === name);
  if (!part)
    throw new Error(`unknown arguments "${args.join(" ")}": write --all, --only ${PARTS.join("|")}, or nothing`);
  return [part];
}

/** Installs what is missing where it can be installed, and gives the environment in which tests find Pulumi. */
async function prepare(parts: readonly Part[]): Promise<NodeJS.ProcessEnv> {
  const progress = createProgress();
  const canInstall = isRoot && hasApt();
  if (canInstall) await installPackages([...LOCAL_CLOUD_PACKAGES, ...TEST_PACKAGES], { progress });
  const complete = canInstall && parts.some((part) => part !== "lint") && (await hasMachinesPrograms(progress));
  const { folder } = await obtainPulumi({ progress });
  return {
    ...process.env,
    PATH: [folder, process.env.PATH].join(delimiter),
    ...(complete && { HOLDFAST_TESTS_NEED: "everything" }),
  };
}

/**
 * With the machines' image come the programs that judge the machines' files; rehearsals need it anyway. Where it cannot
 * be built they fail and say why, and the fast tests are not held up.
 */
async function hasMachinesPrograms(progress: Progress): Promise<boolean> {
  const built = ensureBaseImage((text) => {
    progress.note(text);
  });
  return built.then(
    () => true,
    (error: unknown) => {
      progress.note(`the machines' base image cannot be built: ${(error as Error).message}`);
      return false;
    },
  );
}

async function run(part: Part, env: NodeJS.ProcessEnv): Promise<Outcome> {
  if (part === "lint") return lint();
  if (part !== "fast" && !isRoot) {
    return { ...NOTHING, skipped: [`all ${part} tests: they boot machines and need root`] };
  }
  return jest(part, env);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`tests: ${(error as Error).message}`);
  console.log(line({ ...NOTHING, failed: 1 }));
  process.exitCode = 1;
});
