import { Refusal } from "../../../stack/cloud/api";
import { type Check, ok, problem } from "../check";

const fix =
  "make a read-write token in the stack's own project and give it with `pulumi config set --secret hcloud:token`";

/**
 * Whether the API accepts the token, and whether the token may write. To find out the second, the API gets a request
 * without content: it answers "invalid" to a token that may write, and "forbidden" to one that may only read. Neither
 * changes anything.
 */
export const token: Check = async ({ api }) => {
  try {
    await api.get("/locations");
  } catch (error) {
    if (error instanceof Refusal && error.status === 401)
      return [{ ...problem("the token is not valid", fix), fatal: true }];
    throw error;
  }
  try {
    await api.post("/placement_groups", {});
  } catch (error) {
    if (error instanceof Refusal && [400, 422].includes(error.status)) return [ok("the token is valid and may write")];
    if (error instanceof Refusal && error.status === 403) return [problem("the token may only read", fix)];
    throw error;
  }
  throw new Error("the API accepted a placement group without a name");
};
