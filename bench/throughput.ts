import { installPackages } from "../toolchain/debianPackages";
import { openLocalStack } from "../drills/frame/localStack";
import { activeBalancer, instancesOf, type Stack, type StackMachine } from "../drills/frame/stack";
import { Clone } from "../drills/frame/clone";
import { aimInWords, type Aim, leastOf, measurement, type Measurement, type Result } from "../drills/frame/benchResult";

const NAME = "local-throughput";
/** Seconds of one run, and connections kept open during it. */
const SECONDS = 8;
const CONNECTIONS = 64;
const CONFIGURATION = "/run/holdfast-minimal.cfg";
const UNIT = "holdfast-minimal.service";
/** A page as visitors ask for it, and a path that costs an instance almost nothing: there HAProxy's share is largest. */
const PATHS = { "the page": "/", "the health path": "/health" } as const;

/** What is claimed of the page, run by run; the health path is measured without a claim (docs/decisions.md). */
export const THROUGHPUT_AIM = 0.95;

/** One source asks for everything: the limits per source stay in force, but out of the way. */
const LIMITS =
  "limits: { connections: 5000, connectionsPerSource: 5000, connectionRatePerSource: 100000, requestRatePerSource: 1000000 }";

/** One run: what visitors got, and what HAProxy needed for it. */
interface Run {
  /** Requests per second. */
  readonly rate: number;
  /** Microseconds of processor time that HAProxy took per request. */
  readonly cost: number;
}

/**
 * Requests per second through the load balancer pair, against Debian's HAProxy with a minimal configuration on the same
 * machine and in front of the same instances. The order changes from run to run (ours, theirs, theirs, ours …), so that a
 * slow change of the computer favours neither. Instances share this computer with the load balancer, so HAProxy's own
 * processor time per request is measured as well.
 */
export async function throughput(runs: number): Promise<Result> {
  await installPackages([{ name: "wrk", why: "sends as many requests as are answered" }]);
  const clone = new Clone(NAME);
  try {
    await clone.holdfast(["local", "down"]);
    clone.editSettings((text) =>
      text.replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2").replace(/limits: \{.*\}/, LIMITS),
    );
    await clone.holdfastOrThrow(["local", "up"]);
    return await compare(await openLocalStack(NAME), runs);
  } finally {
    await clone.remove();
  }
}

async function compare(stack: Stack, runs: number): Promise<Result> {
  const balancer = await activeBalancer(stack);
  const minimal = await startMinimal(stack, balancer);
  const measurements: Record<string, Measurement> = {};
  const aims: Aim[] = [];
  for (const [what, path] of Object.entries(PATHS)) {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    // The first of each warms up and does not count.
    for (let index = 0; index <= runs; index++) {
      const own = () => send(stack, balancer, "haproxy.service", stack.url + path);
      const other = () => send(stack, balancer, UNIT, minimal + path);
      const [first, second] = index % 2 === 0 ? [own, other] : [other, own];
      const pair = [await first(), await second()] as const;
      if (index === 0) continue;
      ours.push(pair[first === own ? 0 : 1]);
      theirs.push(pair[first === own ? 1 : 0]);
    }
    const ratio = measurement(
      ours.map(({ rate }, index) => rate / (theirs[index]?.rate ?? NaN)),
      "ratio",
      "lowest",
    );
    if (path === PATHS["the page"]) aims.push(leastOf(what, ratio, THROUGHPUT_AIM));
    const rates = (of: readonly Run[]) =>
      measurement(
        of.map(({ rate }) => rate),
        "requests/s",
        "lowest",
      );
    const costs = (of: readonly Run[]) =>
      measurement(
        of.map(({ cost }) => cost),
        "µs",
      );
    Object.assign(measurements, {
      [`${what}: through the pair`]: rates(ours),
      [`${what}: through a minimal HAProxy`]: rates(theirs),
      [`${what}: pair against minimal, run by run`]: ratio,
      [`${what}: processor time of HAProxy per request`]: costs(ours),
      [`${what}: the same of the minimal one`]: costs(theirs),
    });
  }
  const claimed = aims.map((aim) => `${aim.figure} in the worst run: × ${aim.value}, ${aimInWords(aim)}`).join("; ");
  const what = `Requests through the load balancer pair, against a minimal HAProxy in front of the same instances (${claimed})`;
  return { name: "throughput", what, aims, measurements };
}

/** Beside the real one on the same machine: the more exact address wins on port 80. @returns its URL */
async function startMinimal(stack: Stack, balancer: StackMachine): Promise<string> {
  const shown = await stack.inside(balancer, "ip -4 -json address show dev eth0 scope global");
  const [link] = JSON.parse(shown) as { addr_info: { local: string }[] }[];
  const address = link?.addr_info[0]?.local;
  if (address === undefined) throw new Error(`${balancer.name} has no public IPv4 address`);
  const instances = await instanceAddresses(stack);
  const configuration = [
    "defaults",
    "    mode http",
    "    timeout connect 5s",
    "    timeout client 30s",
    "    timeout server 30s",
    "listen all",
    `    bind ${address}:80`,
    ...instances.map((instance, index) => `    server s${index} ${instance} check`),
  ];
  await stack.inside(
    balancer,
    `printf '%s\\n' ${configuration.map((line) => `'${line}'`).join(" ")} > ${CONFIGURATION}`,
  );
  await stack.inside(
    balancer,
    `systemd-run --unit ${UNIT} --property LimitNOFILE=65536 haproxy -Ws -f ${CONFIGURATION}`,
  );
  return `http://${address}`;
}

async function instanceAddresses(stack: Stack): Promise<string[]> {
  const found: string[] = [];
  for (const { machine, unit } of await instancesOf(stack)) {
    const number = unit.replace(/\D/g, "");
    const port = await stack.inside(machine, `sed -n 's/^PORT=//p' /etc/holdfast/app/${number}.env`);
    found.push(`${machine.privateAddress}:${port.trim()}`);
  }
  return found;
}

async function send(stack: Stack, balancer: StackMachine, unit: string, url: string): Promise<Run> {
  const before = await processorTime(stack, balancer, unit);
  const wrk = ["wrk", "--threads", "1", "--connections", String(CONNECTIONS), "--duration", `${SECONDS}s`];
  const output = await stack.fromOutside([...wrk, "--timeout", "5s", url]);
  const spent = (await processorTime(stack, balancer, unit)) - before;
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  if (!(requests > 0 && rate > 0) || /Non-2xx|Socket errors/.test(output))
    throw new Error(`${url} did not answer everything with 2xx:\n${output}`);
  return { rate, cost: spent / requests };
}

/** Microseconds in one of the ticks that /proc counts in: 100 a second on every Linux that Debian builds (proc_pid_stat(5)). */
const TICK = 10_000;

/** Microseconds of processor time that the unit's main process and its workers have used so far. */
async function processorTime(stack: Stack, balancer: StackMachine, unit: string): Promise<number> {
  const main = (await stack.inside(balancer, `systemctl show --property MainPID --value ${unit}`)).trim();
  const text = await stack.inside(
    balancer,
    `for pid in ${main} $(pgrep --parent ${main}); do cat "/proc/$pid/stat"; done`,
  );
  const ticks = text
    .trim()
    .split("\n")
    // The name of a program may contain spaces; what counts comes behind its closing parenthesis.
    .map((line) => line.slice(line.lastIndexOf(")") + 2).split(" "))
    .reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0);
  if (!(ticks > 0)) throw new Error(`${balancer.name} does not tell how much ${unit} used: ${text}`);
  return ticks * TICK;
}
