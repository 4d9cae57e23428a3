import { parsePrintable } from "../../lib/printable";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "../../provider/machine/apply/program";
import { machinePaths } from "../../provider/machine/paths";
import { revokedKeysPath } from "../../roles/base/authorizedKeys";
import { adminUser } from "../../roles/adminUser";
import { quote } from "../../lib/text";
import type { Session } from "../../provider/ssh/session";

/** A login as sshd's log has it (onMachine/logins.py). */
export interface Login {
  /** Seconds since 1970. */
  readonly at: number;
  /** The address that it came from. */
  readonly source: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

/** Who is and was logged in on one machine. */
export interface People {
  /** Of the key with which this question came. */
  readonly own: string;
  readonly open: readonly Login[];
  /** The last login with each key that the log still knows. */
  readonly last: readonly Login[];
  /** Keys that the machine accepts: fingerprint → comment. */
  readonly listed: Readonly<Record<string, string>>;
}

/** What a revocation did on one machine. */
export interface Revocation {
  /** Fingerprints that the machine accepted until now. */
  readonly was: readonly string[];
  readonly ended: readonly Login[];
  /** systemd's units of sessions whose key the log no longer names. */
  readonly unknown: readonly string[];
}

/** Makes modules of the texts on standard input, and answers with the last one. Nothing is written to the machine. */
const starter = `
import json, sys, types
given = json.load(sys.stdin)
for name, text in given["modules"].items():
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, name + ".py", "exec"), module.__dict__)
print(json.dumps(module.answer(given["asked"])))
`;

function modules(): Record<string, string> {
  const files = [join(sources, "common.py"), join(sources, "logins.py"), join(__dirname, "answering.py")];
  return Object.fromEntries(files.map((file) => [/(\w+)\.py$/.exec(file)?.[1] ?? file, readFileSync(file, "utf8")]));
}

const paths = { authorized: `${machinePaths.authorizedKeys}/${adminUser}`, revoked: revokedKeysPath };

/** Who is logged in. @throws with what the machine says when it cannot answer */
export async function askWho(session: Session): Promise<People> {
  return (await ask(session, { action: "who", ...paths })) as People;
}

/**
 * Refuses keys on the machine from now on, and ends the sessions that were opened with them.
 *
 * @param keys lines in OpenSSH's form
 * @throws with what the machine says; a repeated call goes on where this one stopped
 */
export async function revokeOn(session: Session, keys: readonly string[]): Promise<Revocation> {
  return (await ask(session, { action: "revoke", keys, ...paths })) as Revocation;
}

async function ask(session: Session, asked: object): Promise<unknown> {
  const lines: string[] = [];
  const { code, errors } = await session.run(`${session.asRoot}python3 -IS -c ${quote(starter)}`, {
    input: JSON.stringify({ modules: modules(), asked }),
    onLine: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${errors.split("\n").at(-1) ?? ""}`);
  const answer = parsePrintable(lines.join("\n")) as { readonly problem?: string; readonly details?: string };
  if (answer.problem !== undefined) throw new Error([answer.problem, answer.details].filter(Boolean).join(": "));
  return answer;
}
