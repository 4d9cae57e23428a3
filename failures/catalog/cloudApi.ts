import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** Hetzner's API answers nothing or errors; machines and networks run on. */
export const cloudApi = { id: "cloud-api", title: "Hetzner's API is down", assess } as const satisfies Failure;

function assess({ pair }: Facts): Assessment {
  return {
    service: "goes on",
    takesOver: pair
      ? "Nobody needs to: running machines do not use the API. But no floating IP can be moved: if the active load balancer fails too, none takes over until the API is back"
      : "Nobody needs to: running machines do not use the API",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    promises: { failed: 0, moved: 0 },
    data: "None",
    person: "Wait with `pulumi up` until the API is back: it cannot change anything before",
    singlePoints: [],
  };
}
