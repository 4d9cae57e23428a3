import { Command } from "commander";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { ports } from "../../blueprint/ports";
import { messageOf, UserError } from "../../lib/errors";
import { parsePrintable } from "../../lib/printable";
import { requireMonitor } from "../../stack/monitor/machine";
import { stackState } from "../../stack/pulumi/project";
import { throughTunnels } from "../../stack/ssh/tunnels";
import { stackOption } from "../options";
import type { Reader } from "./history";
import { dashboardPage } from "./page";
import { takePicture } from "./picture";
import { dashboardServer, portOf } from "./server";

interface Options {
  readonly stack: string;
  readonly once?: string;
}

/** Seconds of history that a picture for others has. */
const day = 86_400;

/** `holdfast dashboard`: one page that shows how the stack is, in a browser of this computer. */
export function dashboardCommand(): Command {
  return new Command("dashboard")
    .description("show in a browser how the stack is: are visitors served, since when not, what changed, what fills up")
    .option("--once <file>", "write one HTML file with the last day for somebody else, and end")
    .addOption(stackOption())
    .addHelpText("after", "\nIt reads through SSH what the monitor knows, and changes nothing. Ctrl-C ends it.")
    .action(async ({ stack, once }: Options) => {
      const target = requireMonitor(await stackState(stack), stack);
      await throughTunnels(stack, target, [ports.prometheus, ports.alertmanager], async (locals, gone) => {
        const [prometheus = 0, alertmanager = 0] = locals;
        const reader = readerOf(prometheus, alertmanager);
        const picture = (range: number) => takePicture(reader, stack, range, Math.floor(Date.now() / 1000));
        if (once === undefined) return serve(prometheus, picture, gone);
        writeOnce(once, dashboardPage(await picture(day)));
        console.log(`${once} shows the last day of ${stack}`);
      });
    });
}

async function serve(
  prometheus: number,
  picture: (range: number) => ReturnType<typeof takePicture>,
  gone: Promise<void>,
): Promise<void> {
  const token = randomBytes(16).toString("hex");
  const server = dashboardServer({ token, prometheus, takePicture: picture });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  console.log(`http://127.0.0.1:${portOf(server)}/?token=${token}`);
  const stopped = new Promise<"stopped">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve("stopped"));
  });
  const why = await Promise.race([stopped, gone]);
  server.close();
  server.closeAllConnections();
  if (why !== "stopped") throw new UserError("the connection to the monitor's machine has ended: start it again");
}

function writeOnce(file: string, page: string): void {
  try {
    // It names machines and addresses: for those to whom a person gives it.
    writeFileSync(file, page, { mode: 0o600 });
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${messageOf(error)}`);
  }
}

/** Asks Prometheus and Alertmanager through tunnels. */
function readerOf(prometheus: number, alertmanager: number): Reader {
  const ask = async (url: string) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(40_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 300)}`);
    return parsePrintable(text);
  };
  return {
    alertmanager: async <T>(path: string) => (await ask(`http://127.0.0.1:${alertmanager}/api/v2${path}`)) as T,
    async prometheus<T>(query: string, parameters: Readonly<Record<string, string>>) {
      const written = new URLSearchParams(parameters).toString();
      const { data } = (await ask(`http://127.0.0.1:${prometheus}/api/v1/${query}?${written}`)) as {
        data: { result: T };
      };
      return data.result;
    },
  };
}
