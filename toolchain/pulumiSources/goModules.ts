import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { lastLines, type Run, which } from "../../lib/run";
import { PULUMI_VERSION } from "../versions";
import { fromDownload } from "./download";
import { installAtomically } from "./install";
import type { FailedSource, PulumiSource } from "./source";

/** Seconds. On two cores the build takes about three minutes, on one slow core it has been seen to take ten. */
const LIMIT = 1200;

/**
 * What is built, each from a go.mod of its own: the language host left the SDK's module with 3.69, while the CLI is far
 * ahead, and one module cannot pin both. The old host runs today's programs under today's CLI.
 */
const PROGRAMS = [
  { folder: "pulumi", module: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", name: "pulumi" },
  {
    folder: "language-nodejs",
    module: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    name: "pulumi-language-nodejs",
  },
];

/** The CLI has no version of its own unless the linker is told one. */
const LINKER_FLAGS = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`;

/** Builds the CLI and its Node language host from the Go modules that `toolchain/…/go.mod` pin. */
export const fromGoModules: PulumiSource = {
  name: "Go modules",
  obtain: ({ run, target, progress, earlier }) =>
    installAtomically(target, run, async (folder) => {
      const go = goCommand();
      if (!go) return { missing: "no Go on this computer (https://go.dev/dl/, 1.25 or newer)" };
      return progress.step(
        {
          title: `Building Pulumi ${PULUMI_VERSION} from Go modules`,
          why: `once, about 3 minutes, because ${because(earlier)}`,
          limit: LIMIT,
        },
        (say) => build(go, folder, run, say),
      );
    }),
};

function because(earlier: readonly FailedSource[]): string {
  const download = earlier.find(({ name }) => name === fromDownload.name);
  return download
    ? `Pulumi's download site cannot be used: ${download.missing}`
    : "Pulumi cannot be had from anywhere else";
}

/** The go command, also where Go's own installer puts it and no PATH leads by itself. */
export function goCommand(): string | undefined {
  return which("go") ?? ["/usr/local/go/bin/go"].find((file) => existsSync(file));
}

async function build(
  go: string,
  folder: string,
  run: Run,
  say: (detail: string) => void,
): Promise<{ missing: string } | undefined> {
  let packages = 0;
  for (const program of PROGRAMS) {
    const result = await run(
      go,
      ["build", "-v", "-trimpath", "-ldflags", LINKER_FLAGS, "-o", join(folder, program.name), program.module],
      {
        cwd: resolve(__dirname, "..", program.folder),
        env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" },
        timeout: LIMIT,
        onLine: (line) => say(line.startsWith("go: ") ? line.slice(4) : `${++packages} packages compiled`),
      },
    );
    if (result.code === 124) return { missing: `building ${program.name} took more than ${LIMIT} s` };
    if (result.code !== 0) return { missing: `building ${program.name} failed: ${lastLines(result, 3)}` };
  }
  return undefined;
}
