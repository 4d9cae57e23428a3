import { detection, returnToService } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds, total, type Duration } from "../figures";
import type { Assessment, Failure } from "../types";
import {
  answerLimit,
  cutAfter,
  exceptSlowPaths,
  instancesLeft,
  nobodyAnswers,
  otherInstances,
  theOnlyInstance,
} from "./common";

/** A process of the app lives, takes connections and answers nothing: a deadlock, an endless loop. */
export const instanceHang = { id: "instance-hang", title: "An instance hangs", assess } as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const { app, haproxy } = facts;
  const left = detection(haproxy, "hangs");
  const back = killedAndStarted(facts);
  const common = {
    data: "None that was written to disk",
    person: person(app.watchdog),
    singlePoints: theOnlyInstance(facts),
    back: { until: "until it is back", duration: back },
  };
  const cut = cutAfter(facts, left);
  if (otherInstances(facts) === 0) {
    return {
      ...common,
      service: "stops and comes back",
      takesOver: "Nobody; the watchdog kills it, and systemd starts it again",
      time: { until: "until HAProxy takes it out of rotation", duration: left },
      visitors: {
        safe: `Wait at most ${formatSeconds(total(left) + haproxy.safe.answer)}, then are ${nobodyAnswers}`,
        unsafe: `Fail after at most ${cut}; new ones are ${nobodyAnswers}`,
      },
    };
  }
  return {
    ...common,
    service: "goes on",
    takesOver: "Another instance; the watchdog kills the one that hangs, and systemd starts it again",
    left: instancesLeft(facts),
    promises: { failed: 0, slowest: haproxy.safe.answer, backAfter: total(back) },
    time: { until: "until HAProxy takes it out of rotation", duration: left },
    visitors: {
      safe: `Requests at that instance wait ${answerLimit(facts, "safe")}, then another instance answers; none fails${exceptSlowPaths(facts)}`,
      unsafe: `Requests at that instance fail after at most ${cut}; new ones go to another instance once it is out of rotation`,
    },
  };
}

function killedAndStarted({ app, haproxy }: Facts): Duration {
  const { watchdog } = app;
  return duration(
    [
      {
        what: `for ${watchdog.silences} checks of the watchdog without an answer`,
        seconds: watchdog.silences * (watchdog.interval + watchdog.answer),
        from: "watchdog.py: SILENCES, INTERVAL_SECONDS, ANSWER_SECONDS",
      },
      { what: "until systemd starts it", seconds: app.restart.delay, from: "app@.service: RestartSec" },
      ...returnToService(haproxy),
    ],
    ["the app's own start"],
  );
}

function person({ limit: { kills, within } }: Facts["app"]["watchdog"]): string {
  return `Nothing, unless it was killed ${kills} times within ${formatSeconds(within)}: then the watchdog stops killing it`;
}
