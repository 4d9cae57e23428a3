import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../drills/frame/wait";
import { addressPlan } from "../../../local/network/addresses";
import { visitorNamespace } from "../../../local/network/names";
import { currentSlot } from "../../../local/network/slots";

export type Way = "web" | "mail";

export interface Message {
  /** Seconds since 1970. */
  readonly at: number;
  readonly by: Way | "login";
  readonly path?: string;
  readonly refused?: boolean;
  readonly encrypted?: boolean;
  readonly text?: string;
  readonly body?: {
    readonly status?: string;
    readonly alerts?: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  };
}

/** Seconds since 1970. */
export const now = () => Date.now() / 1000;

/** Somebody outside of a local cloud who gets the messages of its monitor: a chat, a mail server and a heartbeat service. */
export class Receiver {
  readonly address: string;
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-sink-"));
  private readonly program: ChildProcess;

  constructor(cloud: string) {
    const [address = ""] = addressPlan(currentSlot(cloud) ?? 0).visitorIpv4;
    this.address = address;
    const certificate = ["-subj", "/CN=sink", "-addext", `subjectAltName=IP:${address}`];
    const files = ["-keyout", join(this.folder, "key.pem"), "-out", this.certificate];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...certificate, ...files], {
      stdio: "ignore",
    });
    const program = [join(__dirname, "sink.py"), address, this.folder];
    this.program = spawn("ip", ["netns", "exec", visitorNamespace(cloud), "python3", ...program], { stdio: "inherit" });
  }

  get certificate(): string {
    return join(this.folder, "cert.pem");
  }

  stop(): void {
    this.program.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Answers 503 to this path, or to none. */
  refuse(path: "/page" | "/notice" | undefined): void {
    writeFileSync(join(this.folder, "refused"), path ?? "");
  }

  messages(since = 0): Message[] {
    const file = join(this.folder, "messages");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return lines.map((line) => plain(JSON.parse(line) as Message)).filter(({ at }) => at >= since);
  }

  /** Names of the alerts that pages told of by one way, each as often as it was told and taken. */
  paged(way: Way, since: number): string[] {
    return this.messages(since)
      .filter((message) => message.by === way && !message.refused && !ended(message))
      .filter(({ by, path }) => by === "mail" || path === "/page")
      .flatMap(alertsOf);
  }

  heartbeats(since: number): Message[] {
    return this.messages(since).filter(({ path }) => path === "/heartbeat");
  }

  /** Waits until an alert has come by each of these ways. @returns seconds since `since` */
  async arrives(alert: string, ways: readonly Way[], { since, limit, over = false }: Arrival): Promise<number> {
    const has = (way: Way) =>
      this.messages(since).some(
        (message) =>
          message.by === way && !message.refused && ended(message) === over && alertsOf(message).includes(alert),
      );
    const what = `${alert}${over ? " to be over" : ""} by ${ways.join(" and ")}`;
    await until(what, limit, () => Promise.resolve(ways.every(has)), 0.5);
    return Math.round(now() - since);
  }
}

export interface Arrival {
  readonly since: number;
  /** Seconds. */
  readonly limit: number;
  /** Whether the message that it is over is waited for. @default false */
  readonly over?: boolean;
}

/** An e-mail's lines end where they are long (RFC 2045, section 6.7). */
function plain(message: Message): Message {
  const { text } = message;
  if (text === undefined) return message;
  const whole = text.replaceAll("\r", "").replaceAll("=\n", "");
  return {
    ...message,
    text: whole.replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
  };
}

/** The subject of an e-mail names them, after the stack and how many are open. */
const subject = /^Subject: [^\n:]*: (\d+ open|over): ([^\n]*(?:\n[ \t][^\n]*)*)/m;

function alertsOf({ text, body }: Message): string[] {
  if (body) return (body.alerts ?? []).map(({ labels }) => labels.alertname ?? "");
  const [, , names = ""] = subject.exec(text ?? "") ?? [];
  return names.split(/,\s*/);
}

function ended({ text, body }: Message): boolean {
  return body ? body.status === "resolved" : subject.exec(text ?? "")?.[1] === "over";
}
