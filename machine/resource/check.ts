import { UNKNOWN, Secret, type CheckResult, type Values } from "../../plugin/types";

interface Failure {
  readonly property: string;
  readonly reason: string;
}

type Fields = Record<string, unknown>;

const path = /^\/(?:[^/\0]+\/)*[^/\0]+$/;
const unitName = /^[\w:.@\\-]+\.(?:service|socket|timer|path|target|mount|automount|slice|swap)$/;
const account = /^(?:[a-z_][a-z0-9_-]{0,31}\$?|\d{1,9})$/;
const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[\w.+:~-]+)?$/;
const machineName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** Inputs as they are, and everything that is wrong with them, all at once. What is not known yet is not judged. */
export function checkInputs(news: Values): CheckResult {
  const failures: Failure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const text = (value: unknown, property: string, pattern: RegExp, what: string, required = false) => {
    if (value === undefined && !required) return;
    if (isUnknown(value)) return;
    const plain = reveal(value);
    if (typeof plain === "string" && pattern.test(plain)) return;
    refuse(property, `${show(value)} is not ${what}`);
  };

  text(news.machine, "machine", machineName, "the name of a machine (letters, digits, dots and dashes)", true);
  text(news.serverId, "serverId", /./, "the id of a server, as text", true);
  text(news.part, "part", /^[a-z][a-z0-9-]*$/, "the name of a part (lower-case letters, digits and dashes)");
  checkConnection(news.connection, refuse);
  list(news.packages).forEach((name, index) => {
    text(name, `packages[${String(index)}]`, packageName, "a Debian package, e.g. haproxy or haproxy=3.0.11-1", true);
  });
  for (const [name, file] of entries(news.files)) {
    const property = `files[${JSON.stringify(name)}]`;
    text(name, property, path, "an absolute path of a file, without a slash at its end", true);
    if (isUnknown(file)) continue;
    const { content, mode, owner, group, validate } = fields(file);
    if (!isUnknown(content) && typeof reveal(content) !== "string") refuse(`${property}.content`, "has to be text");
    text(mode, `${property}.mode`, /^[0-7]{3,4}$/, 'an octal mode, e.g. "0640" (in quotes)');
    text(owner, `${property}.owner`, account, "the name of a user");
    text(group, `${property}.group`, account, "the name of a group");
    text(validate, `${property}.validate`, /%s/, "a command with %s for the path of the candidate");
  }
  for (const [name, archive] of entries(news.archives)) {
    const property = `archives[${JSON.stringify(name)}]`;
    text(name, property, path, "an absolute path of a folder, without a slash at its end", true);
    if (isUnknown(archive)) continue;
    const { source, sha256, owner, group } = fields(archive);
    text(source, `${property}.source`, /./, "the path of a folder or a .tar.gz", true);
    text(sha256, `${property}.sha256`, /^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal (64 digits)", true);
    text(owner, `${property}.owner`, account, "the name of a user");
    text(group, `${property}.group`, account, "the name of a group");
  }
  checkUnits(news, refuse);
  list(news.checks).forEach((check, index) => {
    if (isUnknown(check)) return;
    const property = `checks[${String(index)}]`;
    text(fields(check).name, `${property}.name`, /./, "what the check proves, in words", true);
    text(fields(check).command, `${property}.command`, /./, "a shell command", true);
    checkTimeout(fields(check).timeout, `${property}.timeout`, refuse);
  });
  return { inputs: news, failures };
}

function checkConnection(connection: unknown, refuse: (property: string, reason: string) => void): void {
  if (isUnknown(connection)) return;
  const { host, port, user, via } = fields(connection);
  const hops = [{ property: "connection", host, port, user }].concat(
    list(via).map((jump, index) => ({ ...pick(jump), property: `connection.via[${String(index)}]` })),
  );
  for (const hop of hops) {
    for (const [name, value] of [
      ["host", hop.host],
      ["user", hop.user],
    ] as const) {
      if (isUnknown(value) || (typeof reveal(value) === "string" && reveal(value) !== "")) continue;
      refuse(`${hop.property}.${name}`, `${show(value)} is not a ${name === "host" ? "name or address" : "user"}`);
    }
    const number = reveal(hop.port);
    if (hop.port === undefined || isUnknown(hop.port)) continue;
    if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 65535) {
      refuse(`${hop.property}.port`, `${show(hop.port)} is not a port (1 to 65535)`);
    }
  }
}

function checkUnits(news: Values, refuse: (property: string, reason: string) => void): void {
  const known = new Set([...Object.keys(fields(news.files)), ...Object.keys(fields(news.archives))]);
  const everythingKnown = !isUnknown(news.files) && !isUnknown(news.archives);
  const seen = new Set<unknown>();
  list(news.units).forEach((unit, index) => {
    if (isUnknown(unit)) return;
    const property = `units[${String(index)}]`;
    const { name, state, timeout, restartOn, reloadOn } = fields(unit);
    if (!isUnknown(name)) {
      const plain = reveal(name);
      if (typeof plain !== "string" || !unitName.test(plain)) {
        refuse(`${property}.name`, `${show(name)} is not the full name of a unit, e.g. haproxy.service`);
      }
      if (seen.has(plain)) refuse(`${property}.name`, `${show(name)} is in the list twice`);
      seen.add(plain);
    }
    if (
      state !== undefined &&
      !isUnknown(state) &&
      !["running", "stopped", "oneshot"].includes(String(reveal(state)))
    ) {
      refuse(`${property}.state`, `${show(state)} is not one of running, stopped, oneshot`);
    }
    checkTimeout(timeout, `${property}.timeout`, refuse);
    for (const [which, paths] of Object.entries({ restartOn, reloadOn })) {
      list(paths).forEach((one, position) => {
        if (isUnknown(one) || !everythingKnown || known.has(String(reveal(one)))) return;
        const where = `${property}.${which}[${String(position)}]`;
        refuse(where, `${show(one)} is neither in files nor in archives, so nothing would ever come of it`);
      });
    }
  });
}

function checkTimeout(value: unknown, property: string, refuse: (property: string, reason: string) => void): void {
  if (value === undefined || isUnknown(value)) return;
  const seconds = reveal(value);
  if (typeof seconds !== "number" || !(seconds >= 0)) refuse(property, `${show(value)} is not a number of seconds`);
}

function reveal(value: unknown): unknown {
  return value instanceof Secret ? value.value : value;
}

function isUnknown(value: unknown): boolean {
  return reveal(value) === UNKNOWN;
}

function fields(value: unknown): Fields {
  const plain = reveal(value);
  return typeof plain === "object" && plain !== null ? (plain as Fields) : {};
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(fields(value));
}

function list(value: unknown): unknown[] {
  const plain = reveal(value);
  return Array.isArray(plain) ? plain : [];
}

function pick(jump: unknown): { host: unknown; port: unknown; user: unknown } {
  const { host, port, user } = isUnknown(jump) ? { host: UNKNOWN, port: undefined, user: UNKNOWN } : fields(jump);
  return { host, port, user };
}

function show(value: unknown): string {
  return value instanceof Secret ? "The (secret) value" : value === undefined ? "Nothing" : JSON.stringify(value);
}
