import type { CheckResult, Values } from "../../grpc/types";
import { checkArchives } from "./checks/archives";
import { checkConnection } from "./checks/connection";
import { absolutePath, account } from "./checks/patterns";
import { checkUnits } from "./checks/units";
import { checkSeconds, checkText, entries, fields, isUnknown, list, reveal } from "./checks/values";

const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[\w.+:~-]+)?$/;
const machineName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** Inputs as they are, and everything that is wrong with them, all at once. What is not known yet is not judged. */
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
    const { content, mode, owner, group, validate } = fields(file);
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
    text(fields(check).name, `${property}.name`, /./, "what the check proves, in words", true);
    text(fields(check).command, `${property}.command`, /./, "a shell command", true);
    checkSeconds(refuse, fields(check).timeout, `${property}.timeout`);
  });
  return { inputs: news, failures };
}
