import { detection, returnToService } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds, total } from "../figures";
import type { Assessment, Failure } from "../types";
import {
  answerLimit,
  exceptSlowPaths,
  instancesLeft,
  nobodyAnswers,
  otherInstances,
  theOnlyInstance,
} from "./instances";

/** A process of the app lives, takes connections and answers nothing: a deadlock, an endless loop. */
export const instanceHang: Failure = { id: "instance-hang", title: "An instance hangs", assess };

function assess(facts: Facts): Assessment {
  const { app, haproxy } = facts;
  const left = detection(haproxy, "hangs");
  const { watchdog } = app.restart;
  const restart = "`systemctl restart app@N` on its machine";
  const common = {
    data: "None that was written to disk",
    person: watchdog === undefined ? `Restart it: ${restart}; nothing does it for you` : "Nothing",
    singlePoints: theOnlyInstance(facts),
    ...(watchdog !== undefined && {
      back: {
        until: "until it is back",
        duration: duration(
          [
            { what: "without a sign of life", seconds: watchdog, from: "app@.service: WatchdogSec" },
            { what: "until systemd starts it", seconds: app.restart.delay, from: "app@.service: RestartSec" },
            ...returnToService(haproxy),
          ],
          ["the app's own start"],
        ),
      },
    }),
  };
  // Requests that are under way are cut when HAProxy gives the instance up, or after their own time, if that is shorter.
  const cut = formatSeconds(
    haproxy.unsafe.cutWhenDown ? Math.min(total(left), haproxy.unsafe.answer) : haproxy.unsafe.answer,
  );
  if (otherInstances(facts) === 0) {
    return {
      ...common,
      service: watchdog === undefined ? "stops" : "stops and comes back",
      takesOver: watchdog === undefined ? "Nobody" : "Nobody; systemd restarts it",
      time: { until: "until HAProxy says so", duration: left },
      visitors: {
        safe: `Hang at most ${answerLimit(facts, "safe")}, then ${nobodyAnswers}`,
        unsafe: `Fail after at most ${cut}, new ones are ${nobodyAnswers}`,
      },
    };
  }
  return {
    ...common,
    service: "goes on",
    takesOver: "Another instance",
    left: instancesLeft(facts),
    time: { until: "until HAProxy leaves it out", duration: left },
    visitors: {
      safe: haproxy.safe.retryOn.includes("response-timeout")
        ? `Those that it had wait ${answerLimit(facts, "safe")}, then another instance answers; none fails${exceptSlowPaths(facts)}`
        : `Those that it had fail after ${answerLimit(facts, "safe")}`,
      unsafe: `Those that it had fail after at most ${cut}; new ones go to another instance once it is left out`,
    },
  };
}
