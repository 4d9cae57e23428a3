import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lockHolder } from "../../local/lock";
import { type DaemonInfo, localPaths } from "../../local/paths";
import type { PluginChoice } from "../../toolchain/plugins";
import type { Progress } from "../../lib/progress";
import { environmentVariables } from "../../lib/environmentVariables";
import { CHECKOUT } from "../../stack/checkout";
import { UserError } from "../../lib/errors";
import { callDaemon, findDaemon } from "../../stack/local/client";

/** Seconds until it answers. After a crash it first takes over the machines, and starts those that have died. */
const START_LIMIT = 60;
/** Seconds for an orderly end. */
const STOP_LIMIT = 10;
/** Bytes after which the log is set aside when a new process starts. */
const LOG_LIMIT = 10 * 1024 * 1024;

/**
 * The running local cloud; starts it where there is none.
 *
 * @throws when it ends at once or does not answer in time, with the last lines of its log
 */
export async function ensureDaemon(name: string, plugins: PluginChoice, progress: Progress): Promise<DaemonInfo> {
  const running = await findDaemon(name);
  if (running && (await answers(running))) return running;
  if (running) {
    progress.note(
      `The local cloud's process (pid ${running.pid}) does not answer and is replaced; machines keep running.`,
    );
  }
  await stopDaemon(name);
  return progress.step(
    { title: "Starting the local cloud", why: "its API, network and plugins", limit: START_LIMIT },
    async () => waitUntilReady(name, launch(name, plugins)),
  );
}

async function answers(daemon: DaemonInfo): Promise<boolean> {
  return callDaemon(daemon, "/_local/status").then(
    () => true,
    () => false,
  );
}

function launch(name: string, plugins: PluginChoice): ChildProcess {
  const paths = localPaths(name);
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  if (existsSync(paths.daemonLog) && statSync(paths.daemonLog).size > LOG_LIMIT) {
    renameSync(paths.daemonLog, `${paths.daemonLog}.old`);
  }
  const log = openSync(paths.daemonLog, "a", 0o600);
  const child = spawn(process.execPath, ["--require", "ts-node/register", "local/daemon.ts"], {
    cwd: CHECKOUT,
    // A session of its own, so that Ctrl-C and a closed terminal do not end it.
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...inherited(), HOLDFAST_LOCAL: name, HOLDFAST_PLUGINS: plugins },
  });
  closeSync(log);
  child.unref();
  return child;
}

/** Other variables of a shell may be secrets, as HCLOUD_TOKEN is; the local cloud needs none of them. */
function inherited(): NodeJS.ProcessEnv {
  const system =
    /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|NODE_\w+|(https?|no|all)_proxy|\w+_CA_BUNDLE|SSL_CERT_\w+)$/i;
  const ours = Object.keys(environmentVariables).filter((name) => !/KEY|SECRET|TOKEN|PASS/.test(name));
  const wanted = ([name]: [string, unknown]) => system.test(name) || ours.includes(name);
  return Object.fromEntries(Object.entries(process.env).filter(wanted));
}

async function waitUntilReady(name: string, child: ChildProcess): Promise<DaemonInfo> {
  let ended = false;
  child.on("exit", () => (ended = true));
  for (const started = Date.now(); Date.now() - started < START_LIMIT * 1000; await sleep(100)) {
    const daemon = await findDaemon(name);
    if (daemon?.pid === child.pid && daemon && (await answers(daemon))) return daemon;
    if (ended) throw new UserError(`the local cloud's process ended at once. ${logTail(name)}`);
  }
  throw new UserError(`the local cloud does not answer after ${START_LIMIT} s. ${logTail(name)}`);
}

function logTail(name: string): string {
  const file = localPaths(name).daemonLog;
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-8) : [];
  return `The end of its log, ${file}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Ends the local cloud's process if there is one, by force after 10 s. Its machines keep running. */
export async function stopDaemon(name: string): Promise<void> {
  const pid = await daemonPid(name);
  if (pid === undefined) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    // A stopped process (SIGSTOP) gets the signal only when it continues.
    sendSignal(pid, "SIGCONT");
    sendSignal(pid, signal);
    for (const started = Date.now(); Date.now() - started < STOP_LIMIT * 1000; await sleep(50)) {
      if ((await lockHolder(`${name}/daemon`)) === undefined) return;
    }
  }
  throw new UserError(`the local cloud's process (pid ${pid}) cannot be ended`);
}

async function daemonPid(name: string): Promise<number | undefined> {
  const holder = await lockHolder(`${name}/daemon`);
  if (holder !== "unknown") return holder;
  // It holds the lock but does not answer. The pid that it wrote down is right as long as it lives.
  const file = localPaths(name).daemon;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DaemonInfo).pid : undefined;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
