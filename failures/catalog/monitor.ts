import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** Who watches the stack does not. */
export const monitor = {
  id: "monitor",
  title: "The monitor fails",
  assess,
} as const satisfies Failure;

function assess({ blueprint }: Facts): Assessment | undefined {
  const { monitor: plan, settings } = blueprint;
  if (!plan || !settings.monitor) return undefined;
  const { heartbeat } = settings.monitor;
  return {
    service: "goes on",
    takesOver: heartbeat
      ? "The service behind the heartbeat tells you that the monitor is silent; systemd starts its programs again"
      : "Nobody: without a heartbeat nobody is told that the monitor is silent; systemd starts its programs again",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    data: "Figures of the time without it. With its machine, all of them",
    person: `\`npx holdfast status\` says whether ${plan.machine} answers; \`pulumi up\` makes the monitor anew`,
    singlePoints: heartbeat
      ? []
      : [
          {
            id: "monitor",
            what: "the monitor",
            because: "nobody is told when it is silent (holdfast:monitor.heartbeat)",
          },
        ],
  };
}
