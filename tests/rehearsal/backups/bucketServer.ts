import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { visitorCommand } from "../../../stack/local/visitors";
import { until } from "../../../drills/frame/wait";
import { addressPlan } from "../../../local/network/addresses";
import { currentSlot } from "../../../local/network/slots";
import type { Clone } from "../../../drills/frame/clone";

const HOST = "bucket.example.org";
const PORT = 9000;

/**
 * A real S3 server with a bucket, somewhere on the internet that a local cloud's machines see, with a certificate of an
 * authority that only its owner knows.
 */
export class BucketServer {
  readonly endpoint = `https://${HOST}:${String(PORT)}`;
  readonly bucket = "guestbook-backup";
  readonly accessKey = "AKREHEARSAL7";
  readonly secretKey = "kZ0-of-this-rehearsal-alone";
  readonly address: string;
  readonly ca: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "holdfast-bucket-"));
  private server?: ChildProcess;

  /** @param program the S3 server, as toolchain/s3Server.ts gives it */
  constructor(
    private readonly clone: Clone,
    private readonly program: string,
  ) {
    // Machines of a database have IPv6 alone.
    const [address = ""] = addressPlan(currentSlot(clone.name) ?? 0).visitorIpv6;
    this.address = address;
    mkdirSync(join(this.folder, "buckets", this.bucket), { recursive: true });
    this.certify();
    this.ca = readFileSync(join(this.folder, "ca.pem"), "utf8");
  }

  /** Machines find the server by its name, which no name service here knows. */
  async isKnownTo(machine: string): Promise<void> {
    await this.clone.onMachine(machine, `echo '${this.address} ${HOST}' >>/etc/hosts`);
  }

  async start(): Promise<void> {
    const { accessKey: ROOT_ACCESS_KEY_ID, secretKey: ROOT_SECRET_ACCESS_KEY } = this;
    const files = ["--cert", join(this.folder, "server.pem"), "--key", join(this.folder, "server.key")];
    const listen = ["--port", `[${this.address}]:${String(PORT)}`];
    const command = [this.program, ...listen, ...files, "posix", join(this.folder, "buckets")];
    const [ip = "", ...args] = visitorCommand(this.clone.name, command);
    this.server = spawn(ip, args, {
      env: { ...process.env, ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY },
      stdio: "ignore",
    });
    const ask = ["curl", "-sk", "-m", "3", "-o", "/dev/null", `https://[${this.address}]:${String(PORT)}/`];
    await until("the S3 server answers", 30, async () => {
      const { code, stderr } = await this.clone.holdfast(["local", "internet", "--", ...ask]);
      return code === 0 || stderr;
    });
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  /** It takes connections from now on, as its kernel does, and says nothing; returns what lets it go on. */
  silence(): () => void {
    this.server?.kill("SIGSTOP");
    return () => void this.server?.kill("SIGCONT");
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private certify(): void {
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const authority = ["-subj", "/CN=storage of the office", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl("req", "-x509", "-days", "30", ...newKey, ...authority);
    openssl("req", ...newKey, "-subj", "/CN=storage", "-keyout", "server.key", "-out", "server.csr");
    writeFileSync(join(this.folder, "names"), `subjectAltName=DNS:${HOST}\n`);
    const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names"];
    openssl("x509", "-req", "-in", "server.csr", ...signing, "-out", "server.pem");
  }
}
