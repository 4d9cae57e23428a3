import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { replaceFile } from "../../lib/files";
import { builtAcmeServer } from "../../toolchain/acmeServer";
import { run } from "../machines/command";
import { killAndWait, processesMarked, relayMark, withDescendants } from "../machines/processes";
import { localPaths } from "../paths";
import type { AddressPlan } from "./addresses";
import { visitorNamespace } from "./names";

/** Of the ACME directory, and of what tests ask beside it. */
const [PORT, MANAGEMENT] = [14_000, 15_000];
const HOUR = 3_600;

/** Seconds that certificates are valid, by profile, as at Let's Encrypt. */
const profiles = { classic: 90 * 24 * HOUR, tlsserver: 45 * 24 * HOUR, shortlived: 160 * HOUR };

/** Where Debian keeps what everybody trusts. */
const debianTrusts = "/etc/ssl/certs/ca-certificates.crt";

/** Restarts the server when it ends; `$0` is its mark. */
const SUPERVISOR = 'while sleep 0.2; do "$1" -config "$2" >>"$3" 2>&1; done';

/**
 * The authority for certificates of one local cloud, for machines and visitors in it alone: Pebble, where it has been
 * built. Like relays it outlives this process. It keeps everything in memory, so after its end its accounts are gone and
 * its root is another one; visitors go on trusting the earlier ones.
 */
export class CertificateAuthority {
  private readonly files: Readonly<
    Record<"folder" | "issuer" | "trusted" | "key" | "certificate" | "settings", string>
  >;
  private readonly mark: string;
  private readonly timer: NodeJS.Timeout;
  private busy = false;

  constructor(
    private readonly cloud: string,
    private readonly plan: AddressPlan,
    private readonly log: (line: string) => void,
  ) {
    const { acme, acmeIssuer, trusted } = localPaths(cloud);
    const file = (name: string) => join(acme, name);
    this.files = {
      folder: acme,
      issuer: acmeIssuer,
      trusted,
      key: file("key.pem"),
      certificate: file("certificate.pem"),
      settings: file("pebble.json"),
    };
    this.mark = relayMark(visitorNamespace(cloud), "acme");
    this.timer = setInterval(() => this.look(), 1000);
    this.timer.unref();
  }

  /** Stops looking after it; it runs on. */
  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (this.busy) return;
    this.busy = true;
    void this.keep()
      .catch((error: unknown) => this.log(`the authority for certificates: ${String(error)}`))
      .finally(() => (this.busy = false));
  }

  private async keep(): Promise<void> {
    const program = builtAcmeServer();
    if (program === undefined) return;
    const running = processesMarked(this.mark);
    // Tests take it away.
    if (existsSync(join(this.files.folder, "away"))) return killAndWait(running.flatMap(withDescendants));
    await this.writeFiles();
    if (running.length === 0) this.start(program);
    await this.trustRoot();
  }

  private async writeFiles(): Promise<void> {
    const { folder, key, certificate, settings, issuer } = this.files;
    const { ipv4 } = this.plan.packages;
    if (existsSync(issuer)) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const subject = ["-subj", "/CN=local authority", "-addext", `subjectAltName=IP:${ipv4}`, "-days", "7300"];
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run("openssl", ["req", "-x509", ...ec, ...subject, "-keyout", key, "-out", certificate]);
    const served = { certificate, privateKey: key, httpPort: 80, tlsPort: 443, keyAlgorithm: "ecdsa" };
    const listen = { listenAddress: `${ipv4}:${PORT}`, managementListenAddress: `${ipv4}:${MANAGEMENT}` };
    const seconds = Object.entries(profiles).map(
      ([name, validityPeriod]) => [name, { description: name, validityPeriod }] as const,
    );
    const pebble = { ...served, ...listen, retryAfter: { authz: 1, order: 1 }, profiles: Object.fromEntries(seconds) };
    replaceFile(settings, JSON.stringify({ pebble }), { mode: 0o600 });
    const about = { name: "the local cloud's authority", directory: `https://${ipv4}:${PORT}/dir`, profile: "classic" };
    replaceFile(issuer, JSON.stringify({ ...about, ca: readFileSync(certificate, "utf8") }), { mode: 0o644 });
  }

  private start(program: string): void {
    const { folder, settings } = this.files;
    const own = ["netns", "exec", visitorNamespace(this.cloud)];
    const child = spawn("ip", [...own, "sh", "-c", SUPERVISOR, this.mark, program, settings, join(folder, "log")], {
      detached: true,
      stdio: "ignore",
      // A validation waits for seconds otherwise, and half of all nonces would be refused.
      env: { PATH: process.env.PATH, PEBBLE_VA_NOSLEEP: "1", ...this.moods() },
    });
    child.on("error", (error) => this.log(`the authority for certificates cannot be started: ${error.message}`));
    child.unref();
  }

  /** Variables of Pebble that tests set. */
  private moods(): Record<string, string> {
    const file = join(this.files.folder, "environment.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
  }

  /** Visitors trust its root, and those that it had before. */
  private async trustRoot(): Promise<void> {
    const { certificate, trusted } = this.files;
    const root = await this.root(readFileSync(certificate, "utf8"));
    if (root === undefined) return;
    const known = existsSync(trusted) ? readFileSync(trusted, "utf8") : debianRoots();
    if (!known.includes(root)) replaceFile(trusted, `${known.trimEnd()}\n${root}\n`, { mode: 0o644 });
  }

  private root(ca: string): Promise<string | undefined> {
    const url = `https://${this.plan.packages.ipv4}:${MANAGEMENT}/roots/0`;
    return new Promise((resolve) => {
      const request = get(url, { ca, timeout: 2000 }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(response.statusCode === 200 ? text.trim() : undefined));
      });
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(undefined)); // it is starting
    });
  }
}

function debianRoots(): string {
  return existsSync(debianTrusts) ? readFileSync(debianTrusts, "utf8") : "";
}
