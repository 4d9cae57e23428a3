import { UNKNOWN, type ResourceHandler } from "../grpc/types";
import type * as asking from "./askHostKey";

/**
 * `holdfast:keys:HostKey`: the host key of an SSH server outside the stack at the first contact. It is never asked
 * again; another server is another resource.
 */
export const hostKeyHandler: ResourceHandler = {
  check({ news }) {
    const { host, port } = news;
    const failures = [];
    if (host !== UNKNOWN && (typeof host !== "string" || host === ""))
      failures.push({ property: "host", reason: "is not a name or an address" });
    if (port !== UNKNOWN && !(Number.isInteger(port) && Number(port) > 0))
      failures.push({ property: "port", reason: "is not a port" });
    return { inputs: news, failures };
  },

  diff({ oldInputs, news }) {
    const changed = ["host", "port"].filter((key) => oldInputs[key] !== news[key]);
    return { changes: changed.length > 0, diffs: changed, replaces: changed };
  },

  async create({ inputs, preview }, { signal, log }) {
    const server = { host: String(inputs.host), port: Number(inputs.port) };
    const id = `${server.host}:${String(server.port)}`;
    if (preview) return { id, outputs: { ...inputs, publicKey: UNKNOWN } };
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in machine/resource/context.ts
    const { askHostKey } = require("./askHostKey") as typeof asking;
    const publicKey = await askHostKey(server, { signal, tell: (message) => log(message, { status: true }) });
    return { id, outputs: { ...inputs, publicKey } };
  },
};
