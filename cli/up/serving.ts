import {
  inRotation,
  type InstanceStatus,
  type MachineStatus,
  type StackStatus,
  viewsOf,
} from "../../stack/status/stackStatus";

/** A machine with its answer. */
type Answering = MachineStatus & { readonly probe: NonNullable<MachineStatus["probe"]> };

/** Checks one part of a machine's work. Gives what is missing, with the machine's name; undefined if nothing is. */
type Look = (machine: Answering, status: StackStatus) => string | undefined;

/**
 * Why a machine does not serve visitors: the first problem, as a sentence that names its subject; undefined if it
 * serves.
 */
export function serviceProblem(status: StackStatus, name: string): string | undefined {
  const machine = status.machines.find((one) => one.name === name);
  if (!machine) return `${name}: it is not in the stack's state`;
  if (machine.probe === null) return `${name}: ${machine.unreachable ?? "it was not asked"}`;
  const answering: Answering = { ...machine, probe: machine.probe };
  for (const look of looks) {
    const problem = look(answering, status);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Why no other machine can do the work of this one while it is off. Undefined if another machine of the same role
 * serves, or if there is none: waiting does not help then.
 */
export function standInProblem(status: StackStatus, name: string): string | undefined {
  const roles = status.machines.find((machine) => machine.name === name)?.roles ?? [];
  const others = status.machines.filter((machine) => machine.name !== name && sameWork(machine.roles, roles));
  const lacks = others.map((machine) => serviceProblem(status, machine.name));
  return lacks.some((problem) => problem === undefined) ? undefined : lacks[0];
}

function sameWork(roles: readonly string[], others: readonly string[]): boolean {
  return roles.some((role) => others.includes(role));
}

const instances: Look = ({ name, roles, probe }, status) => {
  if (!roles.includes("app")) return undefined;
  if (!probe.instances) return `${name}: ${probe.unanswered.instances ?? "its instances are not there"}`;
  const absent = status.instances.find(
    (instance) => instance.machine === name && !isKeptOut(instance) && !inRotation(instance),
  );
  return absent && `${absent.name} gets no visitors: ${viewsOf(absent) || "no load balancer answered"}`;
};

/** An instance that a person keeps out is not waited for. */
function isKeptOut({ holds }: InstanceStatus): boolean {
  return holds.some(({ owner }) => owner !== "roll-out");
}

const loadBalancer: Look = ({ name, roles, probe }, { instances: all }) => {
  if (!roles.includes("loadBalancer")) return undefined;
  if (!probe.haproxy) return `${name}: ${probe.unanswered.haproxy ?? "HAProxy is not there"}`;
  if (probe.keeper === undefined)
    return `${name}: ${probe.unanswered.keeper ?? "its floating IP keeper gives no answer"}`;
  if (probe.keeper?.fit === false) return `${name} may not have the floating IP`;
  if (probe.failedUnits?.includes("keepalived.service")) return `${name}: keepalived has failed`;
  const absent = all.find((instance) => isExpected(instance, name) && !instance.seen[name]?.startsWith("UP"));
  return (
    absent && `${name} does not send visitors to ${absent.name}: ${absent.seen[name] ?? "it is not configured there"}`
  );
};

/**
 * Whether a load balancer has to send visitors to an instance: all others do, or, without others, the instance is
 * ready.
 */
function isExpected({ unit, holds, seen }: InstanceStatus, balancer: string): boolean {
  const others = Object.entries(seen).filter(([name]) => name !== balancer);
  return others.length > 0
    ? others.every(([, word]) => word.startsWith("UP"))
    : unit === "active" && holds.length === 0;
}

const database: Look = ({ name, roles, probe }) => {
  if (!roles.includes("database")) return undefined;
  if (!probe.database) return `${name}: ${probe.unanswered.database ?? "PostgreSQL is not there"}`;
  if (!probe.database.accepts) return `${name}: PostgreSQL takes no connections`;
  if (probe.pool === undefined) return `${name}: ${probe.unanswered.pool ?? "its connection pool does not answer"}`;
  return probe.pool?.accepts === false ? `${name}: the pool in front of PostgreSQL takes no connections` : undefined;
};

const looks: readonly Look[] = [instances, loadBalancer, database];
