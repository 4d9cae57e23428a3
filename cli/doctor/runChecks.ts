import { UserError } from "../../lib/errors";
import { access } from "./checks/access";
import { backups } from "./checks/backups";
import { floatingIp } from "./checks/floatingIp";
import { hosts } from "./checks/hosts";
import { limits } from "./checks/limits";
import { names } from "./checks/names";
import { offer } from "./checks/offer";
import { price } from "./checks/price";
import { token } from "./checks/token";
import { type Check, type CheckContext, type Finding, problem } from "./check";

/** In the order in which they run and their findings are shown. */
const checks: Readonly<Record<string, Check>> = {
  token,
  offer,
  names,
  floatingIp,
  hosts,
  limits,
  access,
  backups,
  price,
};

/** All findings. When one check fails, the others still run. */
export async function runChecks(context: CheckContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      const found = await check(context);
      findings.push(...found);
      if (found.some(({ fatal }) => fatal)) break;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      findings.push(problem(`${name} could not be checked: ${error.message}`, "put that right and ask again"));
    }
  }
  return findings;
}
