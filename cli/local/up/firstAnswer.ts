import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../../../lib/progress";
import { run } from "../../../lib/run";
import { UserError } from "../../../lib/errors";
import type { Status } from "../../../stack/local/status";
import { visitorCommand } from "../../../stack/local/visitors";

/** Seconds. Instances run when `pulumi up` ends; a health check or two may still be missing, and the first certificate. */
const LIMIT = 120;

/**
 * Waits until a visitor gets a page through the load balancer.
 *
 * @throws when none comes in time, with the last answer
 */
export async function waitForFirstAnswer(cloud: string, url: string, progress: Progress): Promise<void> {
  await progress.step(
    { title: `Waiting for ${url}`, why: "a page through the load balancer, from the visitors' side", limit: LIMIT },
    async (say) => {
      let last = "no answer yet";
      for (const started = Date.now(); Date.now() - started < LIMIT * 1000; await sleep(250)) {
        last = await ask(cloud, url);
        // An app may send visitors elsewhere, ask who they are, or not know the address or the first page: it answers.
        if (/^[2-4]\d\d$/.test(last)) return;
        say(last);
      }
      throw new UserError(
        `${url} answers "${last}" after ${LIMIT} s. Look at the load balancer: npx holdfast local status`,
      );
    },
  );
}

/**
 * What answers without a person's help: the stack's URL, but in place of a host name the address. A host has no certificate
 * before its name leads there.
 */
export function firstUrl({ url, floatingIps, machines }: Status): string | null {
  if (url === null || isIP(new URL(url).hostname) !== 0) return url;
  const alone = machines.find(({ publicIpv4 }) => publicIpv4 !== null)?.publicIpv4;
  return `http://${floatingIps[0]?.address ?? alone ?? ""}`;
}

/** The status code of the answer, or curl's complaint. */
async function ask(cloud: string, url: string): Promise<string> {
  const curl = ["curl", "--silent", "--show-error", "--max-time", "5", "--output", "/dev/null", "--noproxy", "*"];
  const [program = "", ...args] = visitorCommand(cloud, [...curl, "--write-out", "%{http_code}", url]);
  const result = await run(program, args, { timeout: 10 });
  if (result.code === 0) return result.stdout.trim();
  // curl's first line says what is wrong, the others where to read about it. 60: what the server shows is not trusted.
  return result.code === 60 ? "no certificate yet" : (result.stderr.trim().split("\n")[0] ?? `curl: ${result.code}`);
}
