import { Command } from "commander";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localCloudName, localPaths } from "../../local/paths";
import { obtainPulumi } from "../../toolchain/pulumi";
import { lastLines, run } from "../../toolchain/run";
import { CHECKOUT } from "../checkout";
import { UserError } from "../errors";
import { parseState, readState, type StackState } from "../stack/state";
import { commandBehindDashes } from "../operands";
import { runInForeground } from "../terminal/foreground";
import { type Jump, sshFiles, type Way, waysOf } from "./config";

export function sshCommand(): Command {
  return new Command("ssh")
    .description("a shell on a machine, or a command on it, through the load balancer and with pinned host keys")
    .argument("<machine>", "e.g. app-1")
    .argument("[command...]", "the command and its arguments, behind --")
    .option("--stack <name>", "another stack than the local one")
    .passThroughOptions()
    .action(async (machine: string, command: string[], options: { stack?: string }) => {
      process.exitCode = await ssh(options.stack ?? localCloudName(), machine, commandBehindDashes(command));
    });
}

/** Gives ssh's exit code, which is that of the command. */
async function ssh(stack: string, name: string, command: readonly string[]): Promise<number> {
  const way = findWay(waysOf(await stackState(stack)), name, stack);
  const jump = await firstThatAnswers(way.jumps);
  if (way.jumps.length > 0 && !jump) {
    const tried = way.jumps.map(({ host, port }) => `${host}:${port}`).join(", ");
    throw new UserError(`no jump host lets through to ${way.machine} (tried ${tried}): is your address in allowFrom?`);
  }
  const folder = mkdtempSync(join(tmpdir(), "holdfast-ssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const files = sshFiles(way, jump, { knownHosts, keyFile: keyFile(stack) });
    writeFileSync(join(folder, "config"), files.config);
    writeFileSync(knownHosts, files.knownHosts);
    return await runInForeground("ssh", [
      "-F",
      join(folder, "config"),
      way.machine,
      ...(command.length ? ["--", ...command] : []),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stackState(stack: string): Promise<StackState> {
  const local = readState(stack);
  if (local) return local;
  if (/^local(-|$)/.test(stack)) {
    throw new UserError(`the local cloud "${stack}" has no stack: start it with \`make local\``);
  }
  const pulumi = await obtainPulumi();
  const exported = await run(join(pulumi.folder, "pulumi"), ["stack", "export", "--stack", stack], { cwd: CHECKOUT });
  if (exported.code !== 0) throw new UserError(`pulumi does not give the state of "${stack}": ${lastLines(exported)}`);
  return parseState(JSON.parse(exported.stdout));
}

function findWay(ways: readonly Way[], name: string, stack: string): Way {
  const way = ways.find(
    ({ machine }) => machine === name || `${stack}-${machine}` === name || machine === `${stack}-${name}`,
  );
  if (way) return way;
  const known = ways.map(({ machine }) => machine).join(", ") || "none";
  throw new UserError(`there is no machine "${name}" in the stack "${stack}"; its machines: ${known}`);
}

function keyFile(stack: string): string | undefined {
  const local = localPaths(stack).adminKey;
  return process.env.HOLDFAST_SSH_KEY_FILE ?? (existsSync(local) ? local : undefined);
}

/** Seconds that a jump host may take to accept a connection. */
const CONNECT_LIMIT = 3;

async function firstThatAnswers(jumps: readonly Jump[]): Promise<Jump | undefined> {
  for (const jump of jumps) if (await answers(jump)) return jump;
  return undefined;
}

function answers({ host, port }: Jump): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_LIMIT * 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}
