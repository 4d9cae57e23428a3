import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { nobodyAnswers, otherInstances } from "./instances";

/** A new release that does not get ready, or that does and is wrong all the same. */
export const badRelease: Failure = { id: "bad-release", title: "A release is bad", assess };

/**
 * The machine plugin restarts instances one by one and waits for each; the first that does not get ready brings the old
 * release back on that machine and keeps the change from all others.
 */
function assess(facts: Facts): Assessment {
  const { app, blueprint } = facts;
  const alone = otherInstances(facts) === 0;
  const first = blueprint.instances[0]?.name ?? "the first instance";
  const requests = alone ? `New ones are ${nobodyAnswers}` : "Served by other instances; none fails";
  return {
    service: alone ? "stops and comes back" : "goes on",
    takesOver: `The old release: \`pulumi up\` fails at ${first}, takes it back there and changes no other machine`,
    time: {
      until: "until the old release starts again",
      duration: duration([
        { what: "for the new one to get ready", seconds: app.startTimeout, from: "holdfast:app.startTimeout" },
      ]),
    },
    back: { until: "until the old one serves again", duration: duration([], ["the app's own end and start"]) },
    visitors: {
      safe: requests,
      unsafe: alone ? requests : `${requests}, if ${first} ends its own in order`,
    },
    data: "What the new release wrote in that time stays as it wrote it",
    person:
      "Mend it. One that gets ready and is wrong all the same is noticed by nobody but you: `pulumi up` with the release before it",
    singlePoints: [],
  };
}
