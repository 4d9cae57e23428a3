import { detection, returnToService } from "../detection";
import type { Facts } from "../facts";
import { duration, type Duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { exceptSlowPaths, instancesLeft, nobodyAnswers, otherInstances, theOnlyInstance } from "./common";

/** A process of the app ends by itself: a bug, or more memory than it may use. */
export const instanceCrash = { id: "instance-crash", title: "An instance crashes", assess } as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const common = {
    data: "None that was written to disk; what the instance had only in memory is lost",
    person: tooManyCrashes(facts),
    singlePoints: theOnlyInstance(facts),
  };
  if (otherInstances(facts) === 0) {
    return {
      ...common,
      service: "stops and comes back",
      takesOver: "Nobody; systemd starts it again",
      time: { until: "until it answers again", duration: restarted(facts) },
      visitors: {
        safe: `Requests under way fail; new ones are ${nobodyAnswers}`,
        unsafe: `Requests under way fail; new ones are ${nobodyAnswers}`,
      },
    };
  }
  return {
    ...common,
    service: "goes on",
    takesOver: "Another instance, with the next request; systemd starts the crashed one again",
    left: instancesLeft(facts),
    promises: { failed: 0 },
    time: { until: "until HAProxy takes it out of rotation", duration: detection(facts.haproxy, "refuses") },
    back: { until: "until it is back", duration: restarted(facts) },
    visitors: {
      safe: `HAProxy repeats them on another instance at once; none fails${exceptSlowPaths(facts)}`,
      unsafe: "Requests under way fail; new ones go to another instance",
    },
  };
}

function restarted({ app, haproxy }: Facts): Duration {
  return duration(
    [
      { what: "until systemd starts it", seconds: app.restart.delay, from: "app@.service: RestartSec" },
      ...returnToService(haproxy),
    ],
    ["the app's own start"],
  );
}

function tooManyCrashes({ app }: Facts): string {
  const { limit } = app.restart;
  return limit
    ? `Nothing, unless it crashes ${limit.starts} times within ${limit.within} s: then systemd gives up; run \`systemctl restart app@N\` on the machine`
    : "Nothing";
}
