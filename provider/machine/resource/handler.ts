import { UNKNOWN, type Call, type ResourceHandler, type Values } from "../../grpc/types";
import type { HostKeys } from "../../ssh/hostKeys";
import type { MachineEnd } from "../apply/events";
import { checkInputs } from "./check";
import type { MachineContext } from "./context";
import { diffInputs } from "./diff";
import { describeChange } from "./describeChange";
import { fieldsOf, plainInputs, secretTexts } from "./values";
import { describeMove, nothing, withdraw } from "./withdraw";

/**
 * `holdfast:machine:Configuration`. Its outputs are the inputs, `hostKeys` and, with archives, `archiveTimes`; secrets stay
 * wrapped at any depth.
 * Only create and update (outside previews) and read contact the machine.
 */
export function configurationHandler(context: MachineContext): ResourceHandler {
  return {
    acceptsSecrets: true,

    check({ news }) {
      context.routes.remember(news.lease);
      return checkInputs(news);
    },

    diff({ oldInputs, news }, call) {
      const move = describeMove(oldInputs, news);
      if (move) call.log(move);
      return diffInputs(oldInputs, news);
    },

    async create({ inputs, preview, timeout }, call) {
      const id = idOf(inputs);
      if (preview) return { id, outputs: { ...inputs, hostKeys: UNKNOWN, ...timesBefore(inputs, {}, {}) } };
      return { id, outputs: { ...inputs, ...(await applyTo(context, id, inputs, {}, timeout, call)) } };
    },

    async update({ id, olds, oldInputs, news, preview, timeout }, call) {
      const pinned = (olds.hostKeys ?? {}) as HostKeys;
      if (preview) {
        const change = describeChange(oldInputs, news);
        if (change) call.log(change);
        return { ...news, hostKeys: pinned, ...timesBefore(news, oldInputs, olds) };
      }
      return { ...news, ...(await applyTo(context, id, news, pinned, timeout, call, { oldInputs })) };
    },

    async read({ id, inputs, outputs }, call) {
      if (Object.keys(inputs).length === 0) {
        throw new Error(
          "A configuration cannot be imported, and needs no import: the first pulumi up finds what the machine already has.",
        );
      }
      return context.overSsh().readMachine(id, inputs, outputs, call);
    },

    /**
     * Deleting changes nothing on the machine unless `withdraw` asks for it. The machine usually goes with its
     * server, and without its firewall or SSH settings a machine that stays would be open.
     */
    async delete({ id, inputs, outputs, timeout }, call) {
      if (inputs.withdraw !== true) {
        call.log("deleting a configuration changes nothing on the machine", { level: "debug" });
        return;
      }
      const plain = plainInputs(inputs);
      // This run may have removed the recorded route already.
      const lease = context.routes.to(plain.serverId);
      const empty = nothing(lease ? { ...plain, connection: lease, lease } : plain) as unknown as Values;
      const pinned = (outputs.hostKeys ?? {}) as HostKeys;
      const leaving = { leaving: true, oldInputs: inputs } as const;
      const apply = async () => (await applyTo(context, id, empty, pinned, timeout, call, leaving)).hostKeys;
      await withdraw(String(inputs.machine), apply, context.overSsh().isAnotherMachine, call);
    },
  };
}

/** Also the name of the configuration on the machine, so it never changes. */
function idOf({ machine, part, serverId }: Values): string {
  return `${String(machine)}${part === undefined ? "" : `.${String(part)}`}@${String(serverId)}`;
}

async function applyTo(
  context: MachineContext,
  id: string,
  inputs: Values,
  pinned: HostKeys,
  timeout: number,
  call: Call,
  { oldInputs, ...more }: { readonly leaving?: true; readonly oldInputs?: Values } = {},
): Promise<{ readonly hostKeys: HostKeys; readonly archiveTimes?: MachineEnd["times"] }> {
  const { acceptedKeys, apply, leases } = context.overSsh();
  const accepted = [inputs, ...(oldInputs ? [oldInputs] : [])].map(plainInputs);
  const { hostKeys, end } = await apply(plainInputs(inputs), {
    ...more,
    leases,
    configuration: id,
    pinned,
    known: accepted.flatMap(acceptedKeys),
    secrets: secretTexts(inputs),
    signal: call.signal,
    timeout,
    tell: (message) => {
      call.log(message, { status: true });
    },
    keep: (message, level) => {
      call.log(message, { level });
    },
  });
  const units = Object.entries(end.units ?? {}).map(([unit, action]) => `${action} ${unit}`);
  call.log([`${String(end.changed?.length ?? 0)} files changed`, ...units].join(", "), { status: true });
  const hasTimes = Object.keys(end.times ?? {}).length > 0;
  return { hostKeys, ...(hasTimes && { archiveTimes: end.times }) };
}

/** `archiveTimes` in a preview: known as long as no archive changes. */
function timesBefore(news: Values, oldInputs: Values, olds: Values): Values {
  const archives = Object.entries(fieldsOf(news.archives));
  if (archives.length === 0) return {};
  const before = fieldsOf(oldInputs.archives);
  const isSame = archives.every(([path, one]) => fieldsOf(one).sha256 === fieldsOf(before[path]).sha256);
  return { archiveTimes: isSame && olds.archiveTimes !== undefined ? olds.archiveTimes : UNKNOWN };
}
