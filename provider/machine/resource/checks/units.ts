import type { Values } from "../../../grpc/types";
import { checkSeconds, checkText, fields, isUnknown, list, reveal, show, type Refuse } from "./values";

const unitName = /^[\w:.@\\-]+\.(?:service|socket|timer|path|target|mount|automount|slice|swap)$/;
const states = ["running", "stopped", "oneshot"];

/** Units, and that what they restart on is something this configuration has. */
export function checkUnits(refuse: Refuse, news: Values): void {
  const known = new Set([...Object.keys(fields(news.files)), ...Object.keys(fields(news.archives))]);
  const everythingKnown = !isUnknown(news.files) && !isUnknown(news.archives);
  const seen = new Set<unknown>();
  list(news.units).forEach((unit, index) => {
    if (isUnknown(unit)) return;
    const property = `units[${String(index)}]`;
    const { name, state, restartOn, reloadOn } = fields(unit);
    if (!isUnknown(name)) {
      const plain = reveal(name);
      if (typeof plain !== "string" || !unitName.test(plain)) {
        refuse(`${property}.name`, `${show(name)} is not the full name of a unit, e.g. haproxy.service`);
      }
      if (seen.has(plain)) refuse(`${property}.name`, `${show(name)} is in the list twice`);
      seen.add(plain);
    }
    if (state !== undefined && !isUnknown(state) && !states.includes(String(reveal(state)))) {
      refuse(`${property}.state`, `${show(state)} is not one of ${states.join(", ")}`);
    }
    checkHooks(refuse, fields(unit), property);
    for (const [which, paths] of Object.entries({ restartOn, reloadOn })) {
      list(paths).forEach((one, position) => {
        if (isUnknown(one) || !everythingKnown || known.has(String(reveal(one)))) return;
        const where = `${property}.${which}[${String(position)}]`;
        refuse(where, `${show(one)} is neither in files nor in archives, so it would never have an effect`);
      });
    }
  });
}

/** How a unit is taken out of service, proven to be well, and put back. */
function checkHooks(refuse: Refuse, unit: Values, property: string): void {
  const { timeout, healthyFor, healthy, beforeStop, afterHealthy, state } = unit;
  checkSeconds(refuse, timeout, `${property}.timeout`);
  checkSeconds(refuse, healthyFor, `${property}.healthyFor`);
  for (const [which, command] of Object.entries({ healthy, beforeStop, afterHealthy })) {
    checkText(refuse, command, `${property}.${which}`, /\S/, "a shell command");
  }
  if (healthyFor !== undefined && healthy === undefined) {
    refuse(`${property}.healthyFor`, "says how long `healthy` must hold, but there is no `healthy`");
  }
  if (afterHealthy !== undefined && state !== undefined && !isUnknown(state) && reveal(state) !== "running") {
    refuse(`${property}.afterHealthy`, `would never run: the state is ${show(state)}`);
  }
}
