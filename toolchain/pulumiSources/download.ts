import { rmSync } from "node:fs";
import { join } from "node:path";
import { lastLines, type Run } from "../../lib/run";
import { PULUMI_VERSION } from "../versions";
import { installAtomically } from "./install";
import type { PulumiSource } from "./source";

/** Seconds that the download (about 130 MiB) may take; no connection within 5 s means that there is no way at all. */
const LIMIT = 300;
const CONNECT_LIMIT = 5;

/** The archive that Pulumi's own installer takes (https://get.pulumi.com). */
export const fromDownload: PulumiSource = {
  name: "Pulumi's download site",
  obtain: ({ run, target, progress }) =>
    installAtomically(target, run, async (folder) => {
      const url = archiveUrl(process.platform, process.arch);
      if (!url) return { missing: `no release for ${process.platform} on ${process.arch}` };
      const unreachable = await whyUnreachable(url, run);
      if (unreachable) return { missing: unreachable };
      return progress.step(
        { title: `Downloading Pulumi ${PULUMI_VERSION}`, why: "once, because there is none on the PATH", limit: LIMIT },
        () => download(url, folder, run),
      );
    }),
};

/** Where a release is, or undefined for a platform that Pulumi does not build for. */
export function archiveUrl(platform: string, architecture: string): string | undefined {
  const cpu = { x64: "x64", arm64: "arm64" }[architecture];
  if (!cpu || !["linux", "darwin"].includes(platform)) return undefined;
  return `https://get.pulumi.com/releases/sdk/pulumi-v${PULUMI_VERSION}-${platform}-${cpu}.tar.gz`;
}

async function whyUnreachable(url: string, run: Run): Promise<string | undefined> {
  const limits = ["--connect-timeout", `${CONNECT_LIMIT}`, "--max-time", `${2 * CONNECT_LIMIT}`];
  const result = await run("curl", ["--fail", "--silent", "--head", "--location", "--proto", "=https", ...limits, url]);
  if (result.code === 127) return "curl is not installed";
  return result.code === 0 ? undefined : "no way there from this computer";
}

async function download(url: string, folder: string, run: Run): Promise<{ missing: string } | undefined> {
  const archive = join(folder, "pulumi.tar.gz");
  const limits = ["--connect-timeout", `${CONNECT_LIMIT}`, "--max-time", `${LIMIT}`];
  const fetched = await run("curl", [
    ...["--fail", "--silent", "--show-error", "--location", "--proto", "=https"],
    ...[...limits, "--output", archive, url],
  ]);
  if (fetched.code !== 0) return { missing: `the download failed: ${lastLines(fetched, 1)}` };
  const unpacked = await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"]);
  if (unpacked.code !== 0) return { missing: `the archive does not unpack: ${lastLines(unpacked, 1)}` };
  rmSync(archive);
  return undefined;
}
