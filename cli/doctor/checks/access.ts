import { contains } from "../../../blueprint/ranges";
import { note, ok, problem } from "../finding";
import type { Check } from "../patient";

/** Whether this computer may reach the machines by SSH, without which nothing can be configured. */
export const access: Check = async ({ blueprint, ownAddress }) => {
  const { allowFrom } = blueprint.settings.admin;
  const own = await ownAddress();
  if (own === undefined) {
    return [note(`this computer's own address is not known, so whether holdfast:admin.allowFrom has it is not either`)];
  }
  return contains(allowFrom, own)
    ? [ok(`this computer (${own}) is in holdfast:admin.allowFrom`)]
    : [
        problem(
          `this computer (${own}) is not in holdfast:admin.allowFrom (${allowFrom.join(", ")})`,
          `add ${own}/${own.includes(":") ? "128" : "32"} to it, or run this where you may`,
        ),
      ];
};
