import type { ResourceHandler, Values } from "../grpc/types";
import type * as writing from "./writeAuthorizedKeys";

/** `holdfast:keys:AuthorizedKeys`: written again whenever the keys change. What else stood in the file goes. */
export const authorizedKeysHandler: ResourceHandler = {
  async create({ inputs, preview }, { signal }) {
    if (!preview) await write(inputs, signal);
    return { id: `${String(inputs.user)}@${String(inputs.host)}`, outputs: inputs };
  },

  async update({ news, preview }, { signal }) {
    if (!preview) await write(news, signal);
    return news;
  },
};

async function write(inputs: Values, signal: AbortSignal): Promise<void> {
  // Loaded at its first use: most runs write none.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in machine/resource/context.ts
  const { writeAuthorizedKeys } = require("./writeAuthorizedKeys") as typeof writing;
  await writeAuthorizedKeys(inputs as unknown as writing.Account, signal);
}
