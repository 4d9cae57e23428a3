import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { nobodyAnswers, otherInstances } from "./instances";

/** A new release that does not get ready, or that does and is wrong all the same. */
export const badRelease = { id: "bad-release", title: "A release is bad", assess } as const satisfies Failure;

/**
 * A roll-out takes one instance out of rotation, starts it anew and watches it, before visitors come to it and the next one
 * is touched. The first that does not stay well brings the old release back on its machine and ends the roll-out.
 */
function assess(facts: Facts): Assessment {
  const { app, blueprint } = facts;
  const alone = otherInstances(facts) === 0;
  const first = blueprint.instances[0]?.name ?? "the first instance";
  const requests = alone
    ? `New ones are ${nobodyAnswers}`
    : `Served by other instances, none fails: ${first} is taken out of rotation first`;
  const migrates = blueprint.settings.release.manifest.migrate !== undefined;
  return {
    service: alone ? "stops and comes back" : "goes on",
    takesOver: `The old release: \`pulumi up\` fails at ${first}, takes it back there and changes no other machine${migrates ? "; where the migration fails, no instance is touched" : ""}`,
    ...(alone ? {} : { promises: { failed: 0, accepted: 0, others: 0 } }),
    time: {
      until: "until the old release starts again",
      duration: duration([
        { what: "for the new one to get ready", seconds: app.startTimeout, from: "holdfast:app.startTimeout" },
        { what: "for it to stay so", seconds: app.settleTime, from: "holdfast:app.settleTime" },
      ]),
    },
    back: { until: "until the old one serves again", duration: duration([], ["the app's own end and start"]) },
    visitors: { safe: requests, unsafe: requests },
    data: `What the new release wrote in that time stays as it wrote it${migrates ? ", and what its migration changed stays changed" : ""}`,
    person:
      "Mend it. One that gets ready, stays so and is wrong all the same is noticed by nobody but you: `npx holdfast rollback`",
    singlePoints: [],
  };
}
