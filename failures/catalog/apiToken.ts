import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** Somebody has the token with which load balancers move the floating IP. */
export const apiToken = {
  id: "api-token",
  title: "A load balancer's API token is stolen",
  assess,
} as const satisfies Failure;

function assess({ blueprint, database, loadBalancers }: Facts): Assessment | undefined {
  if (!loadBalancers.some(({ floatingIp }) => floatingIp)) return undefined;
  const { isApart, s3 } = database?.backup ?? {};
  const backups = database?.backup && !isApart ? ", the Storage Box with the backups included" : "";
  const apart = isApart ? "; the Storage Box with the backups is in another project" : "";
  const bucket = s3 ? "; the bucket has another key" : "";
  return {
    service: "goes on",
    takesOver: `Nobody: Hetzner's tokens are as wide as a project. ${keeperPaths.token} opens it, and only root and the floating IP keeper can read that`,
    visitors: {
      safe: "Notice nothing, until the thief changes something",
      unsafe: "Notice nothing, until the thief changes something",
    },
    data: `The thief can change and delete everything in ${blueprint.stack}'s project${backups}${apart}${bucket}. The protection against deletion does not help: the same token lifts it`,
    person:
      "At once: delete the token in Hetzner's Console, make a new one, `pulumi config set --secret holdfast:failoverToken`, `pulumi up`. Until then no floating IP moves. Then look in the Console for servers, keys and tokens that nobody of you made, and replace the load balancer that it was stolen from",
    singlePoints: [],
  };
}
