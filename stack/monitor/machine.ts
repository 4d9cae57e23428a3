import { ports } from "../../blueprint/ports";
import { UserError } from "../../lib/errors";
import { parsePrintable } from "../../lib/printable";
import { quote } from "../../lib/text";
import type { Session } from "../../provider/ssh/session";
import { askEach } from "../ssh/askEach";
import { keyFile } from "../ssh/identities";
import { allTargets, type Target } from "../ssh/targets";
import type { StackState } from "../state";

/** The machine with the monitor; undefined: nobody watches the stack. */
export function monitorMachine(state: StackState): Target | undefined {
  const found = state.resources.find(
    ({ type, inputs }) => type === "holdfast:machine:Configuration" && inputs?.part === "monitor",
  );
  return allTargets(state).find(({ machine }) => machine === found?.inputs?.machine);
}

/** The machine with the monitor. @throws UserError when nobody watches the stack */
export function requireMonitor(state: StackState, stack: string): Target {
  const target = monitorMachine(state);
  if (target) return target;
  throw new UserError(
    `nobody watches the stack "${stack}": write holdfast:monitor, as docs/monitoring.md says, and run \`pulumi up\``,
  );
}

/** The programs of the monitor, as they are asked on their machine. */
export class Watcher {
  constructor(private readonly session: Session) {}

  /** Alertmanager's answer; undefined where it has none. @throws with what it said when it refuses */
  async alertmanager<T>(path: string, body?: object): Promise<T> {
    const answer = await this.ask(ports.alertmanager, `/api/v2${path}`, body);
    return (answer === "" ? undefined : parsePrintable(answer)) as T;
  }

  async deleteSilence(id: string): Promise<void> {
    await this.shell(
      `curl -sS --fail-with-body --max-time 10 -X DELETE ${quote(address(ports.alertmanager, `/api/v2/silence/${id}`))}`,
    );
  }

  /** Result of a query. Times are seconds since 1970. */
  async prometheus<T>(query: "query" | "query_range", parameters: Readonly<Record<string, string>>): Promise<T> {
    const path = `/api/v1/${query}?${new URLSearchParams(parameters).toString()}`;
    const { data } = parsePrintable(await this.ask(ports.prometheus, path)) as { data: { result: T } };
    return data.result;
  }

  /** Alertmanager's own figures, in Prometheus' text form. */
  figures(): Promise<string> {
    return this.ask(ports.alertmanager, "/metrics");
  }

  /** Output of a shell command on the monitor's machine. @throws with its errors when it fails */
  async shell(command: string, input?: string): Promise<string> {
    const lines: string[] = [];
    const { code, errors } = await this.session.run(command, {
      ...(input === undefined ? {} : { input }),
      onLine: (line) => lines.push(line),
    });
    if (code !== 0) throw new Error(`${errors} ${lines.join(" ")}`.trim().slice(0, 500));
    return lines.join("\n");
  }

  private ask(port: number, path: string, body?: object): Promise<string> {
    const post = body === undefined ? "" : " -H 'content-type: application/json' --data-binary @-";
    const command = `curl -sS --fail-with-body --max-time 10${post} ${quote(address(port, path))}`;
    return this.shell(command, body === undefined ? undefined : JSON.stringify(body));
  }
}

function address(port: number, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

/**
 * Asks the monitor over SSH.
 *
 * @param limits seconds until its machine accepts the connection, and until it has answered
 * @throws UserError when it does not answer
 */
export async function askMonitor<T>(
  stack: string,
  target: Target,
  question: (watcher: Watcher) => Promise<T>,
  limits = { limit: 10, patience: 60 },
): Promise<T> {
  const replies = await askEach([target], { ...limits, keyFile: keyFile(stack) }, (session) =>
    question(new Watcher(session)),
  );
  const reply = replies.get(target.machine);
  if (reply && "said" in reply) return reply.said;
  throw new UserError(
    `the monitor on ${target.machine} does not answer: ${reply?.unreachable ?? "no reason is known"}`,
  );
}
