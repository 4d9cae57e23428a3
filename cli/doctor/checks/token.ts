import { Refusal } from "../../../stack/cloud/api";
import { ok, problem } from "../finding";
import type { Check } from "../patient";

const fix =
  "make a read-write token in the stack's own project and give it with `pulumi config set --secret hcloud:token`";

/**
 * Whether the token is let in, and may write. The second is asked with a request that no token gets through: one without
 * content, which is refused as wrong where the token may write, and as forbidden where it may not. It leaves no trace.
 */
export const token: Check = async ({ api }) => {
  try {
    await api.get("/locations");
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return [problem("the token is not valid", fix)];
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
