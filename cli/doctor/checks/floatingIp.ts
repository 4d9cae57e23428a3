import { type Check, note, ok, problem } from "../check";

/** Whether the floating IP exists, and is assigned to a load balancer of this stack or to no server. */
export const floatingIp: Check = async ({ api, blueprint, resources, stack }) => {
  if (!blueprint.machines.some((machine) => machine.floatingIp)) return [];
  const known = resources.find(({ type }) => type === "hcloud:index/floatingIp:FloatingIp");
  if (!known?.id) return [note("the floating IP is made by the first `pulumi up`; DNS can name it afterwards")];
  const answer = await api.find<{ floating_ip: { ip: string; server: number | null } }>(`/floating_ips/${known.id}`);
  if (!answer) {
    return [
      problem(
        `the floating IP (id ${known.id}) is gone`,
        "check first that hcloud:token belongs to the stack's own project. If it does, run `pulumi refresh`: the next `pulumi up` makes a floating IP with another address",
      ),
    ];
  }
  const { ip, server } = answer.floating_ip;
  if (server === null) {
    return [note(`the floating IP ${ip} is assigned to no server; the active load balancer takes it within seconds`)];
  }
  const holder = (await api.find<{ server: { name: string; labels: Record<string, string> } }>(`/servers/${server}`))
    ?.server;
  if (holder?.labels.stack !== stack) {
    return [
      problem(
        `the floating IP ${ip} is assigned to ${holder?.name ?? `server ${server}`}, which is not a server of this stack`,
        "unassign it from that server, unless you want it there",
      ),
    ];
  }
  return [ok(`the floating IP ${ip} is on ${holder.name}`)];
};
