import { UNKNOWN, type DiffResult, type Values } from "../../plugin/types";

/**
 * The engine compares the inputs itself: that is what shows the very lines of each file that change. Another server is
 * another machine, on which nothing has been applied; what may be on one machine at a time only leaves the old one first.
 */
export function diffInputs(oldInputs: Values, news: Values): DiffResult {
  const replaced = news.serverId === UNKNOWN || news.serverId !== oldInputs.serverId;
  return { replaces: replaced ? ["serverId"] : [], ...(news.withdraw === true && { deleteBeforeReplace: true }) };
}
