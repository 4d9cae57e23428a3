import { contains } from "../../../blueprint/ranges";
import { type Check, note, ok, problem } from "../check";

/** Whether this computer may connect to the machines by SSH. Otherwise nothing can be configured. */
export const access: Check = async ({ blueprint, ownAddress }) => {
  const { allowFrom } = blueprint.settings.admin;
  const own = await ownAddress();
  if (own === undefined) {
    return [note("the address of this computer is not known: check yourself that holdfast:admin.allowFrom has it")];
  }
  return contains(allowFrom, own)
    ? [ok(`this computer (${own}) is in holdfast:admin.allowFrom`)]
    : [
        problem(
          `this computer (${own}) is not in holdfast:admin.allowFrom (${allowFrom.join(", ")})`,
          `add ${own}/${own.includes(":") ? "128" : "32"} to it, or work on a computer whose address is in it`,
        ),
      ];
};
