import { isDeepStrictEqual } from "node:util";
import { UNKNOWN, type DiffResult, type Values } from "../../grpc/types";
import { fieldsOf } from "./values";

/**
 * The engine compares the inputs itself: that is what shows the very lines of each file that change. Another server is
 * another machine, on which nothing has been applied; what may be on one machine at a time only leaves the old one first.
 */
export function diffInputs(oldInputs: Values, news: Values): DiffResult {
  if (isDeepStrictEqual(withoutSources(oldInputs), withoutSources(news))) return { changes: false };
  const replaced = news.serverId === UNKNOWN || news.serverId !== oldInputs.serverId;
  return { replaces: replaced ? ["serverId"] : [], ...(news.withdraw === true && { deleteBeforeReplace: true }) };
}

/** Where an archive lies differs from computer to computer, and is no change of a machine. */
function withoutSources(inputs: Values): Values {
  const archives = Object.entries(fieldsOf(inputs.archives)).map(([path, archive]) => [
    path,
    { ...fieldsOf(archive), source: undefined },
  ]);
  return { ...inputs, archives: Object.fromEntries(archives) as Values };
}
