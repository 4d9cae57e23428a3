import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** Hetzner's API answers nothing or errors; machines and networks run on. */
export const cloudApi = { id: "cloud-api", title: "Hetzner's API is down", assess } as const satisfies Failure;

function assess({ pair }: Facts): Assessment {
  return {
    service: "goes on",
    takesOver: pair
      ? "Nobody has to. But no floating IP can be moved: a load balancer that fails in that time stays without a successor until the API is back"
      : "Nobody has to: what runs does not ask it",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    promises: { failed: 0, moved: 0 },
    data: "None",
    person: "Wait with `pulumi up`: it cannot change anything in that time",
    singlePoints: [],
  };
}
