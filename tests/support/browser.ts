import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";

const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** A browser of this computer, e.g. of Debian's package chromium-headless-shell. */
export const browserProgram = names
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** One tab of a browser without a window, by Chrome's DevTools protocol over a pipe. */
export class Browser {
  private readonly profile = mkdtempSync(join(tmpdir(), "holdfast-browser-"));
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private session = "";
  private count = 0;
  private rest = "";

  private constructor() {
    const options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"];
    this.child = spawn(browserProgram ?? "", [...options, `--user-data-dir=${this.profile}`], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      // A group of its own: its helpers end with it.
      detached: true,
    });
    (this.child.stdio[4] as Readable).on("data", (chunk: Buffer) => this.read(chunk.toString()));
    this.child.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("the browser has ended"));
    });
  }

  static async start(): Promise<Browser> {
    const browser = new Browser();
    const { targetId } = await browser.send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const attached = await browser.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    browser.session = attached.sessionId;
    return browser;
  }

  /** Opens a page in a window of this size. */
  async open(url: string, width: number, height = 900): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await this.send("Page.enable");
    await this.send("Page.navigate", { url });
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.evaluate<string>("document.readyState")) === "complete" && (await this.here()) !== "about:blank")
        return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${url} was not loaded within 10 s`);
  }

  here(): Promise<string> {
    return this.evaluate<string>("location.href");
  }

  /** The value of an expression on the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{ result: { value: T }; exceptionDetails?: { text: string } }>(
      "Runtime.evaluate",
      { expression, returnByValue: true, awaitPromise: true },
    );
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>("Page.captureScreenshot", { captureBeyondViewport: true });
    return Buffer.from(data, "base64");
  }

  async stop(): Promise<void> {
    // Its helpers outlive it for a moment, and write to the profile until then.
    for (let looks = 0; looks < 100 && this.signalAll("SIGKILL"); looks++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const pipe of this.child.stdio) pipe?.destroy();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Whether one of the browser's processes was still there. */
  private signalAll(signal: NodeJS.Signals): boolean {
    try {
      return this.child.pid !== undefined && process.kill(-this.child.pid, signal);
    } catch {
      return false;
    }
  }

  private send<T>(method: string, params: object = {}): Promise<T> {
    const id = ++this.count;
    const message = { id, method, params, ...(this.session !== "" && { sessionId: this.session }) };
    (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject })) as Promise<T>;
  }

  private read(chunk: string): void {
    const [first = "", ...others] = chunk.split("\0");
    this.rest += first;
    for (const next of others) {
      const { id = 0, result, error } = JSON.parse(this.rest) as Reply;
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiter?.reject(new Error(error.message));
      else waiter?.resolve(result);
      this.rest = next;
    }
  }
}
