import { UserError } from "../../lib/errors";
import { access } from "./checks/access";
import { floatingIp } from "./checks/floatingIp";
import { limits } from "./checks/limits";
import { names } from "./checks/names";
import { offer } from "./checks/offer";
import { price } from "./checks/price";
import { token } from "./checks/token";
import { type Finding, problem } from "./finding";
import type { Check, Patient } from "./patient";

/** In the order in which their findings are told. */
const checks: Readonly<Record<string, Check>> = { token, offer, names, floatingIp, limits, access, price };

/** All findings. One check that fails does not keep the others from looking. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      const found = await check(patient);
      findings.push(...found);
      // Nothing else can be asked with a token that is not let in.
      if (check === token && found.some(({ level, what }) => level === "problem" && what.includes("not valid"))) break;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      findings.push(problem(`${name} could not be checked: ${error.message}`, "put that right and ask again"));
    }
  }
  return findings;
}
