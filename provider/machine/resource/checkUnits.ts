import type { Values } from "../../grpc/types";
import { checkSeconds, checkText, isUnknown, list, reveal, show, type Refuse } from "./checkValues";
import { fieldsOf } from "./values";

const unitName = /^[\w:.@\\-]+\.(?:service|socket|timer|path|target|mount|automount|slice|swap)$/;
const states = ["running", "stopped", "oneshot"];

/** Checks units. What they restart or reload on has to be part of the configuration. */
export function checkUnits(refuse: Refuse, news: Values): void {
  const known = new Set([...Object.keys(fieldsOf(news.files)), ...Object.keys(fieldsOf(news.archives))]);
  const everythingKnown = !isUnknown(news.files) && !isUnknown(news.archives);
  const seen = new Set<unknown>();
  list(news.units).forEach((unit, index) => {
    if (isUnknown(unit)) return;
    const property = `units[${String(index)}]`;
    const { name, state, restartOn, reloadOn } = fieldsOf(unit);
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
    checkHooks(refuse, fieldsOf(unit), property);
    for (const [which, paths] of Object.entries({ restartOn, reloadOn })) {
      list(paths).forEach((one, position) => {
        if (isUnknown(one) || !everythingKnown || known.has(String(reveal(one)))) return;
        const where = `${property}.${which}[${String(position)}]`;
        refuse(where, `${show(one)} is neither in files nor in archives, so it would never have an effect`);
      });
    }
  });
}

/** Checks the commands around a restart of a unit. */
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
