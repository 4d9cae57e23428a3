import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { request, type Root } from "./onMachine";

const versionFile = "/etc/version";

/**
 * Instances of an app in a temporary root, with a systemctl that only keeps states: what the program asks of systemd, and
 * in which order, is the test's; what systemd makes of it is for the rehearsals.
 */
export class FakeSystemd {
  constructor(readonly root: Root) {}

  static on(root: Root): FakeSystemd {
    const systemd = new FakeSystemd(root);
    systemd.install();
    return systemd;
  }

  get folder(): string {
    return join(this.root.path, "systemd");
  }

  install(): void {
    mkdirSync(this.folder, { recursive: true });
    this.root.environment = {
      PATH: `${join(__dirname, "systemd")}${delimiter}${process.env.PATH ?? ""}`,
      FAKE_SYSTEMD: this.folder,
      FAKE_ROOT: this.root.path,
    };
  }

  /** A request for instances `app@1.service` … of this version; one that is called `bad…` is never healthy. */
  rollOut(version: string, instances: number, more: Record<string, object> = {}, of: object = {}) {
    const units = Array.from({ length: instances }, (_, index) => {
      const number = String(index + 1);
      return { ...this.unit(number), ...more[number] };
    });
    return request({ [versionFile]: { content: version } }, { units, ...of });
  }

  private unit(number: string) {
    const say = (words: string) => `echo '${words} ${number}' >>"$FAKE_SYSTEMD/log"`;
    const ready = `"$FAKE_SYSTEMD/ready.${number}"`;
    return {
      name: `app@${number}.service`,
      enabled: true,
      state: "running",
      restartOn: [versionFile],
      reloadOn: [],
      healthy: `! grep -q bad "$FAKE_SYSTEMD/app@${number}.service.active"`,
      timeout: 0.3,
      healthyFor: 0,
      beforeStop: `${say("out")}; rm -f ${ready}`,
      afterHealthy: `${say("in")}; touch ${ready}`,
    };
  }

  /** What was done, in order, since the last call. */
  log(): string[] {
    const file = join(this.folder, "log");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    rmSync(file, { force: true });
    return lines;
  }

  /** Instance → the version it runs, for those in service. */
  serving(): Record<string, string> {
    const ready = readdirSync(this.folder).filter((name) => name.startsWith("ready."));
    return Object.fromEntries(
      ready.map((name) => {
        const number = name.slice("ready.".length);
        const active = join(this.folder, `app@${number}.service.active`);
        return [number, existsSync(active) ? readFileSync(active, "utf8") : "down"];
      }),
    );
  }

  /** Everything that ran is down, as after a power cut. */
  pullThePlug(): void {
    for (const name of readdirSync(this.folder)) if (name.endsWith(".active")) rmSync(join(this.folder, name));
  }

  /** What systemd does at boot, after the recovery: it starts what is enabled. */
  boot(version: string): void {
    for (const name of readdirSync(this.folder)) {
      const unit = basename(name, ".enabled");
      const active = join(this.folder, `${unit}.active`);
      if (name.endsWith(".enabled") && !existsSync(active)) writeFileSync(active, version);
    }
  }
}

/** One that is as fresh as its root at the beginning of each test. */
export function freshSystemd(root: Root): FakeSystemd {
  const systemd = new FakeSystemd(root);
  beforeEach(() => systemd.install());
  return systemd;
}
