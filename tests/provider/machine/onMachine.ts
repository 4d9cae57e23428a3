import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

/** The program that runs on machines, as it is. */
export const program = join(__dirname, "../../../provider/machine/onMachine");

/** The one that machines use; a shim of a version manager in PATH would cost more than the program. */
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

const me = userInfo();

/** A temporary folder that stands for a machine's root, and the on-machine program working in it. */
export class Root {
  /** For the program, beside what the test has itself. */
  environment: Record<string, string> = {};

  path = "";

  static async make(): Promise<Root> {
    const root = new Root();
    await root.renew();
    return root;
  }

  /** Begins with an empty folder. */
  async renew(): Promise<void> {
    if (this.path !== "") await this.remove();
    this.path = await mkdtemp(join(tmpdir(), "holdfast-root-"));
  }

  /** The same files once more, in a folder of their own. */
  async copy(): Promise<Root> {
    const other = await Root.make();
    await cp(this.path, other.path, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return other;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async write(path: string, content: string, mode = 0o644): Promise<void> {
    const file = join(this.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.path, path), "utf8");
  }

  link(path: string): Promise<string> {
    return readlink(join(this.path, path));
  }

  /** Every path below the root but those of Holdfast's own transactions. */
  async paths(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true });
    return entries.filter((entry) => !entry.startsWith("var/lib/holdfast/transactions")).sort();
  }

  start(args: readonly string[], input: string | Buffer = "", prefix: readonly string[] = [program]): ChildProcess {
    const child = spawn(python, [...prefix, "--root", this.path, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONPYCACHEPREFIX: join(tmpdir(), "holdfast-pycache"), ...this.environment },
    });
    child.stdin.on("error", () => undefined).end(input);
    return child;
  }

  run(args: readonly string[], input = "", prefix?: readonly string[]): Promise<Outcome> {
    return outcome(this.start(args, input, prefix));
  }

  /** Applies a request and returns how it ended. */
  async submit(request: object): Promise<End> {
    const { events, errors } = await this.run(["submit"], JSON.stringify(request));
    const end = events.at(-1);
    if (end?.event !== "end") throw new Error(`no end: ${JSON.stringify(events)} ${errors}`);
    return end;
  }
}

/** A root that is empty at the beginning of each test. */
export function freshRoot(): Root {
  const root = new Root();
  beforeEach(() => root.renew());
  afterEach(() => root.remove());
  return root;
}

export interface End {
  readonly event: string;
  readonly result: string;
  readonly error?: string;
  readonly details?: string;
  readonly changed?: string[];
  readonly missing?: string[];
  readonly lease?: {
    readonly generation: number;
    readonly owner: string;
    readonly held: boolean;
    readonly left: number;
  };
  readonly units?: Record<string, string>;
  readonly times?: Record<string, number>;
  readonly text?: string;
}

interface Outcome {
  readonly code: number | null;
  readonly events: End[];
  readonly errors: string;
}

export function outcome(child: ChildProcess): Promise<Outcome> {
  let output = "";
  let errors = "";
  child.stdout?.on("data", (data) => (output += String(data)));
  child.stderr?.on("data", (data) => (errors += String(data)));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const lines = output.split("\n").filter((line) => line.startsWith("{"));
      resolve({ code, events: lines.map((line) => JSON.parse(line) as End), errors });
    });
  });
}

export interface TestFile {
  readonly content: string;
  readonly mode?: string;
  readonly owner?: string;
  readonly validate?: string;
}

/** A request with files owned by whoever runs the test. */
export function request(files: Readonly<Record<string, TestFile>>, more: object = {}) {
  const owned = Object.entries(files).map(([path, file]) => [
    path,
    { mode: "0644", owner: me.username, group: String(me.gid === 0 ? "root" : me.gid), ...file },
  ]);
  return {
    id: randomUUID(),
    configuration: "web-1",
    packages: [],
    files: Object.fromEntries(owned) as Record<string, unknown>,
    archives: {},
    units: [],
    checks: [],
    lockTimeout: 20,
    ...more,
  };
}

/** Whoever runs the test owns what archives hold, too. */
export function ownerOf() {
  return { owner: me.username, group: me.gid === 0 ? "root" : String(me.gid) };
}

/** Sends an archive as the plugin does. */
export async function receive(of: Root, sha256: string, packed: Buffer, form = "tar.gz"): Promise<End | undefined> {
  const child = of.start(["receive", sha256, form], packed);
  return (await outcome(child)).events.at(-1);
}

/** A gzipped tar with one file, made by hand: the format is what is agreed on, not the packer. */
export function tinyArchive(name: string, content: string) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  const packed = gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
  return { packed, sha256: createHash("sha256").update(packed).digest("hex") };
}

export type Snapshot = Record<string, string>;

/** Paths, modes and contents of the managed part of the root. */
export async function snapshot(of: Root): Promise<Snapshot> {
  const found: Snapshot = {};
  for (const path of await of.paths()) {
    const status = await stat(join(of.path, path));
    if (path.endsWith("holdfast/lock") || path.endsWith(".lock")) continue;
    found[path] = status.isFile() ? `${status.mode.toString(8)} ${await of.read(path)}` : "folder";
  }
  return found;
}

/** What `submit` leaves for `run`. */
export async function stage(of: Root, asked: ReturnType<typeof request>): Promise<void> {
  await of.write(`/var/lib/holdfast/transactions/${asked.id}/request.json`, JSON.stringify(asked), 0o600);
}

/** Waits until a program has said this. @throws what it said instead, when it ends without */
export function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (data) => {
      output += String(data);
      if (output.includes(text)) resolve();
    });
    child.on("close", () => {
      reject(new Error(`it ended without "${text}": ${output}`));
    });
  });
}

export async function until(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(20);
    }
  }
}

/** Words before the program's own that cut it, as a crash does, before its step of this number. */
export const crashing = (step: number) => [join(__dirname, "crashAt.py"), String(step), program];

/** Cuts that are tried at the same time. */
const sideBySide = 3;

/** Runs `cutBefore` for 1, 2, 3 … until it says that the apply came to its own end. Gives the number of cuts. */
export async function forEachStep(cutBefore: (step: number) => Promise<boolean>): Promise<number> {
  for (let step = 1, cuts = 0; ; step += sideBySide) {
    const steps = Array.from({ length: sideBySide }, (_, index) => step + index);
    const cut = (await Promise.all(steps.map(cutBefore))).filter(Boolean).length;
    cuts += cut;
    if (cut < sideBySide) return cuts;
  }
}
