import { isDeepStrictEqual } from "node:util";
import { UNKNOWN, type DiffResult, type Values } from "../../grpc/types";
import { fieldsOf } from "./values";

/**
 * The engine compares the inputs itself, which shows the changed lines of each file. Another server is another
 * machine without this configuration. A configuration that may be on one machine only leaves the old one first.
 */
export function diffInputs(oldInputs: Values, news: Values): DiffResult {
  if (isDeepStrictEqual(withoutSources(oldInputs), withoutSources(news))) return { changes: false };
  const replaced = news.serverId === UNKNOWN || news.serverId !== oldInputs.serverId;
  return { replaces: replaced ? ["serverId"] : [], ...(news.withdraw === true && { deleteBeforeReplace: true }) };
}

/** The path of an archive differs from computer to computer, and is no change of a machine. */
function withoutSources(inputs: Values): Values {
  const archives = Object.entries(fieldsOf(inputs.archives)).map(([path, archive]) => [
    path,
    { ...fieldsOf(archive), source: undefined },
  ]);
  return { ...inputs, archives: Object.fromEntries(archives) as Values };
}
