import { UNKNOWN, type CheckResult, type Values } from "../../grpc/types";
import { checkUnits } from "./checkUnits";
import {
  absolutePath,
  account,
  checkSeconds,
  checkText,
  checkWhole,
  entries,
  isUnknown,
  list,
  type Refuse,
  reveal,
  show,
} from "./checkValues";
import { fieldsOf } from "./values";

const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[\w.+:~-]+)?$/;
const machineName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** The inputs, and all that is wrong with them. Unknown values are not checked. */
export function checkInputs(news: Values): CheckResult {
  const failures: { readonly property: string; readonly reason: string }[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const text = checkText.bind(undefined, refuse);

  text(news.machine, "machine", machineName, "the name of a machine (letters, digits, dots and dashes)", true);
  text(news.serverId, "serverId", /./, "the id of a server, as text", true);
  text(news.part, "part", /^[a-z][a-z0-9-]*$/, "the name of a part (lower-case letters, digits and dashes)");
  checkConnection(refuse, news.connection, "connection");
  if (news.lease !== undefined) checkConnection(refuse, news.lease, "lease");
  list(news.packages).forEach((name, index) => {
    text(name, `packages[${String(index)}]`, packageName, "a Debian package, e.g. haproxy or haproxy=3.0.11-1", true);
  });
  for (const [name, file] of entries(news.files)) {
    const property = `files[${JSON.stringify(name)}]`;
    text(name, property, absolutePath, "an absolute path of a file, without a slash at its end", true);
    if (isUnknown(file)) continue;
    const { content, mode, owner, group, validate } = fieldsOf(file);
    if (!isUnknown(content) && typeof reveal(content) !== "string") refuse(`${property}.content`, "has to be text");
    text(mode, `${property}.mode`, /^[0-7]{3,4}$/, 'an octal mode, e.g. "0640" (in quotes)');
    text(owner, `${property}.owner`, account, "the name of a user");
    text(group, `${property}.group`, account, "the name of a group");
    text(validate, `${property}.validate`, /%s/, "a command with %s for the path of the candidate");
  }
  checkArchives(refuse, news.archives);
  checkUnits(refuse, news);
  list(news.checks).forEach((check, index) => {
    if (isUnknown(check)) return;
    const property = `checks[${String(index)}]`;
    text(fieldsOf(check).name, `${property}.name`, /./, "what the check proves, in words", true);
    text(fieldsOf(check).command, `${property}.command`, /./, "a shell command", true);
    checkSeconds(refuse, fieldsOf(check).timeout, `${property}.timeout`);
  });
  return { inputs: news, failures };
}

/** More unpacked releases would fill the disk. */
const mostKept = 100;
/** Of file systems with 34 bits for seconds, such as ext4 (until 2446). */
const latestTime = 0x3_7fff_ffff;

/** Checks paths, sources and checksums of archives. Whether a source can be read is found out later. */
function checkArchives(refuse: Refuse, archives: unknown): void {
  const text = checkText.bind(undefined, refuse);
  for (const [name, archive] of entries(archives)) {
    const property = `archives[${JSON.stringify(name)}]`;
    text(name, property, absolutePath, "an absolute path of a folder, without a slash at its end", true);
    if (isUnknown(archive)) continue;
    const { source, sha256, owner, group, label, keep, time } = fieldsOf(archive);
    text(source, `${property}.source`, /./, "the path of a folder, a .tar, a .tar.gz or a .tar.zst", true);
    text(sha256, `${property}.sha256`, /^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal (64 digits)", true);
    text(owner, `${property}.owner`, account, "the name of a user");
    text(group, `${property}.group`, account, "the name of a group");
    text(
      label,
      `${property}.label`,
      /^\S(?:[^\p{Cc}]{0,98}\S)?$/u,
      "a name and a version in one line, e.g. guestbook 1.4.0",
    );
    checkWhole(refuse, time, `${property}.time`, 0, latestTime, "seconds since 1970");
    checkWhole(refuse, keep, `${property}.keep`, 1, mostKept, `a number of archives (1 to ${String(mostKept)})`);
  }
}

/** Checks a connection with all of its jump hosts. @param property its name in the inputs */
function checkConnection(refuse: Refuse, connection: unknown, property: string): void {
  if (isUnknown(connection)) return;
  const { host, port, user, via } = fieldsOf(connection);
  const hops = [{ property, host, port, user }].concat(
    list(via).map((jump, index) => ({ ...pick(jump), property: `${property}.via[${String(index)}]` })),
  );
  for (const hop of hops) {
    for (const [name, value] of [
      ["host", hop.host],
      ["user", hop.user],
    ] as const) {
      if (isUnknown(value) || (typeof reveal(value) === "string" && reveal(value) !== "")) continue;
      refuse(`${hop.property}.${name}`, `${show(value)} is not a ${name === "host" ? "name or address" : "user"}`);
    }
    checkWhole(refuse, hop.port, `${hop.property}.port`, 1, 65535, "a port (1 to 65535)");
  }
}

function pick(jump: unknown): { host: unknown; port: unknown; user: unknown } {
  const { host, port, user } = isUnknown(jump) ? { host: UNKNOWN, port: undefined, user: UNKNOWN } : fieldsOf(jump);
  return { host, port, user };
}
