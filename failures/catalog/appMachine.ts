import { detection, returnToService } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds } from "../figures";
import type { Assessment, Failure, SinglePoint } from "../types";
import { answerLimit, cutAfter, exceptSlowPaths, nobodyAnswers } from "./common";

/** A whole machine of the app is gone: its host fails, its kernel hangs, its network is cut. */
export const appMachine = { id: "app-machine", title: "An app machine fails", assess } as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const { appMachines, haproxy } = facts;
  const others = appMachines.length - 1;
  const common = { data: data(facts), person: person(facts) };
  const repair = ["Hetzner's repair or the machine's replacement", "its boot"];
  if (others === 0) {
    const both = appMachines[0]?.roles.includes("loadBalancer") ?? false;
    return {
      ...common,
      service: "stops",
      takesOver: "Nobody",
      time: { until: "until it is back", duration: duration([], repair) },
      visitors: both
        ? { safe: "Get no connection until then", unsafe: "Get no connection until then" }
        : { safe: `All are ${nobodyAnswers}`, unsafe: `All are ${nobodyAnswers}` },
      singlePoints: [
        {
          id: "app-machine",
          what: both ? "the only machine" : "the only app machine",
          because: "all instances are on it",
        },
        ...files(facts),
      ],
    };
  }
  const left = detection(haproxy, "vanished");
  return {
    ...common,
    service: "goes on",
    takesOver: others === 1 ? "The other app machine" : "The other app machines",
    // At worst one lost instance had the request, and HAProxy tries another lost one next.
    promises: { failed: 0, slowest: haproxy.safe.answer + haproxy.connect },
    left: { number: others, of: appMachines.length, what: "app machines" },
    time: { until: "until HAProxy takes its instances out of rotation", duration: left },
    back: { until: "until full strength", duration: duration(returnToService(haproxy), repair) },
    visitors: {
      safe: `A new request waits ${formatSeconds(haproxy.connect)} for each lost instance that HAProxy tries, one under way waits ${answerLimit(facts, "safe")}; then another machine answers${exceptSlowPaths(facts)}`,
      unsafe: `Requests under way on the machine fail after at most ${cutAfter(facts, left)}; new ones go to another machine`,
    },
    singlePoints: files(facts),
  };
}

function data({ appMachines, app, database }: Facts): string {
  if (database?.apart === false) {
    return `None of the database: its volume outlives the machine. The app's files (${app.stateFolder}) are lost with the machine`;
  }
  if (database)
    return `None of the database, which is on another machine. The app's files (${app.stateFolder}) are lost with the machine`;
  const apart =
    appMachines.length > 1 ? "; no other machine has them, so visitors do not see what they wrote there" : "";
  return `The app's files (${app.stateFolder}) cannot be reached, and are lost if the machine does not return: there is no copy and no backup${apart}`;
}

function person({ blueprint }: Facts): string {
  const unprotect = blueprint.settings.protect ? "lift its protection and " : "";
  return `If it does not return: ${unprotect}replace it with \`pulumi up --replace\`; the new one has the same name and private address`;
}

/** Files are the app's data only where it has no database. */
function files({ appMachines, app, database }: Facts): readonly SinglePoint[] {
  if (database) return [];
  return [
    {
      id: "app-files",
      what: appMachines.length > 1 ? "the files on each app machine" : "the files on the app machine",
      because: `${app.stateFolder} is on one disk, without a copy or a backup`,
    },
  ];
}
