import { existsSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { type RunningApi, startApi } from "./api";
import type { Driver } from "./driver";
import { readIdentity, writeIdentity, writeSecretly } from "./identity";
import { takeLock } from "./lock";
import { NoDriver } from "./machines/noDriver";
import { createNspawnDriver } from "./machines/nspawnDriver";
import { machineEndpoint } from "./network/addresses";
import { localCloudName, localPaths, type DaemonInfo } from "./paths";
import { readVariable } from "../lib/environmentVariables";
import { startStandIns } from "./standIns";

export interface DaemonOptions {
  readonly name: string;
  /** `none`: the API alone, for tests of what talks to it. */
  readonly driver: Driver["name"];
  /** Whether to serve the stand-ins for the hcloud and random plugins. */
  readonly standIns: boolean;
  readonly log: (line: string) => void;
}

/**
 * The local cloud's process: the API, what makes its machines real, and the stand-ins. Its machines outlive it: a new
 * process takes them over as they are.
 *
 * @throws when another process already is this local cloud
 */
async function startDaemon(options: DaemonOptions): Promise<{ info: DaemonInfo; stop(): Promise<void> }> {
  const { name, log } = options;
  const lock = await takeLock(`${name}/daemon`);
  if (!lock) throw new Error(`the local cloud "${name}" is already running`);
  const paths = localPaths(name);
  const identity = readIdentity(name);

  // The driver asks the API what the metadata service says; the API is started with the driver.
  const started: { api?: RunningApi } = {};
  const metadata = (serverId: number, path: string) =>
    started.api?.metadataAnswer(serverId, path) ?? { status: 503, contentType: "text/plain", body: "starting\n" };
  const zones = () => started.api?.zones() ?? [];
  const answer: RequestListener = (request, response) => {
    if (started.api) started.api.answer(request, response);
    else response.writeHead(503).end();
  };
  const machines =
    options.driver === "none" ? undefined : await createNspawnDriver({ name, log, metadata, zones, api: answer });
  const driver = machines ?? new NoDriver();
  const api = await onPort(identity.ports.api, log, (port) =>
    startApi({
      directory: paths.store,
      driver,
      token: identity.token,
      projects: { backup: identity.backupToken },
      addresses: machines?.addresses,
      port,
      log,
    }),
  );
  started.api = api;
  const standIns = options.standIns
    ? await onPort(identity.ports.hcloud, log, (port) => startStandIns({ ports: port ? identity.ports : {}, log }))
    : undefined;
  const info: DaemonInfo = {
    name,
    pid: process.pid,
    endpoint: api.endpoint,
    ...(machines && { machineEndpoint: machineEndpoint(machines.addresses) }),
    token: identity.token,
    backupToken: identity.backupToken,
    ...(standIns && { plugins: standIns.ports }),
  };
  writeIdentity(name, { ...identity, ports: { ...identity.ports, api: api.port, ...standIns?.ports } });
  writeSecretly(paths.daemon, info);
  log(`ready: ${info.endpoint}, pid ${info.pid}`);

  return {
    info,
    async stop() {
      rmSync(paths.daemon, { force: true });
      await standIns?.close();
      await api.close();
      await machines?.close();
      await lock.release();
      log("stopped; its machines keep running");
    },
  };
}

/** Starts something on the port that it had before, or on any other when another program has taken it. */
async function onPort<T>(port: number | undefined, log: (line: string) => void, start: (port?: number) => Promise<T>) {
  try {
    return await start(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    log(`port ${port} is taken by another program; the next \`pulumi up\` will show a changed endpoint`);
    return start(undefined);
  }
}

/** Runs until SIGTERM or SIGINT; an unexpected error ends the process, and the next `local up` starts a new one. */
async function main(): Promise<void> {
  const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  process.on("uncaughtException", (error) => {
    log(`ended by an error: ${error.stack ?? error.message}`);
    process.exit(1);
  });
  const daemon = await startDaemon({
    name: localCloudName(),
    driver: readVariable("HOLDFAST_DRIVER") === "none" ? "none" : "nspawn",
    standIns: readVariable("HOLDFAST_PLUGINS") === "builtin",
    log,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void daemon.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // A daemon must not write into a state folder that was removed.
  setInterval(() => {
    if (!existsSync(localPaths(daemon.info.name).state)) stop();
  }, 5000).unref();
}

if (require.main === module) void main();
