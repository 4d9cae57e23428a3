import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { nobodyAnswers, otherInstances } from "./common";

/** A new release does not become healthy, or it does and is wrong. */
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
    : `Other instances answer, and no request fails: ${first} is taken out of rotation first`;
  const migrates = blueprint.settings.release.manifest.migrate !== undefined;
  return {
    service: alone ? "stops and comes back" : "goes on",
    takesOver: `The old release: \`pulumi up\` fails at ${first}, restores the old release there and changes no other machine${migrates ? "; if the migration fails, no instance is changed" : ""}`,
    ...(alone ? {} : { promises: { failed: 0, accepted: 0, others: 0 } }),
    time: {
      until: "until the old release starts again",
      duration: duration([
        { what: "for the new release to become healthy", seconds: app.startTimeout, from: "holdfast:app.startTimeout" },
        { what: "for it to stay healthy", seconds: app.settleTime, from: "holdfast:app.settleTime" },
      ]),
    },
    back: { until: "until the old one serves again", duration: duration([], ["the app's own end and start"]) },
    visitors: { safe: requests, unsafe: requests },
    data: `None; but what the new release wrote stays written${migrates ? ", and what its migration changed stays changed" : ""}`,
    person:
      "Repair the release. Holdfast does not notice one that stays healthy and is wrong: if you do, run `npx holdfast rollback`",
    singlePoints: [],
  };
}
