import { Command } from "commander";
import { UserError } from "../lib/errors";
import { run } from "../lib/run";
import { table } from "../lib/terminal/table";
import { certificatePaths, certificateUnit } from "../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { stackState } from "../stack/pulumi/project";
import { askEach } from "../stack/ssh/askEach";
import { keyFile } from "../stack/ssh/identities";
import { onMachine } from "../stack/ssh/route";
import { allTargets, type Target } from "../stack/ssh/targets";
import { certificatesOf, type CertificateStatus, describeCertificate } from "../stack/status/certificates";
import { probe } from "../stack/status/probe";
import { makeStatus } from "../stack/status/status";
import { stackOption } from "./options";

/** Seconds until a load balancer accepts the connection. */
const limit = 10;

/** `holdfast certificates`: what load balancers have, and another one now. */
export function certificatesCommand(): Command {
  return new Command("certificates")
    .description("list the certificates of the load balancers")
    .addOption(stackOption())
    .enablePositionalOptions()
    .action(async ({ stack }: { stack: string }) => {
      const now = Date.now() / 1000;
      const rows = (await look(stack)).known.map((one) => [one.name, describeCertificate(one, now)]);
      console.log(table(["NAME", "CERTIFICATE"], rows));
    })
    .addCommand(
      new Command("renew")
        .description("ask for another certificate now, e.g. after its key became known to somebody")
        .argument("<name>", "a host of holdfast:https.hosts, or the address")
        .addOption(stackOption())
        .action(renew),
    );
}

async function renew(name: string, { stack }: { stack: string }): Promise<void> {
  const { known, balancers } = await look(stack);
  if (!known.some((one) => one.name === name)) {
    const names = known.map((one) => one.name).join(", ");
    throw new UserError(`there is no certificate for "${name}" in the stack "${stack}"; there are some for: ${names}`);
  }
  if (known.some((one) => one.name === name && Object.values(one.on).some(({ own }) => own))) {
    throw new UserError(
      `the certificate for "${name}" is your own, so no authority is asked for another one; put it into holdfast:https.certificates and run \`pulumi up\``,
    );
  }
  // Root's folder; the keeper compares the file's time with its certificate's. The name is one of those above.
  const ask = `touch ${certificatePaths.requests}/${name} && systemctl reload ${certificateUnit}`;
  for (const route of balancers) {
    const done = await onMachine(stack, route, ["sudo", "sh", "-c", ask], (command, args) => run(command, args));
    console.log(`${route.machine}: ${done.code === 0 ? "asked for another one" : done.stderr.trim()}`);
    if (done.code !== 0) process.exitCode = 1;
  }
  console.log(`The one with the address orders; \`npx holdfast certificates --stack ${stack}\` shows the outcome.`);
}

/** @throws UserError where the stack serves http alone, or no load balancer answers */
async function look(stack: string): Promise<{ known: CertificateStatus[]; balancers: Target[] }> {
  const balancers = allTargets(await stackState(stack)).filter(({ roles }) => roles.includes("loadBalancer"));
  const replies = await askEach(balancers, { limit, keyFile: keyFile(stack) }, probe);
  const answers = new Map(
    [...replies].map(
      ([machine, reply]) =>
        [machine, "said" in reply ? { probe: reply.said } : { unreachable: reply.unreachable }] as const,
    ),
  );
  const machines = balancers.map(({ machine, roles }) => ({ name: machine, roles }));
  const facts = makeStatus({ stack, url: null, machines, floatingIps: [] }, answers, { unknown: "not asked" });
  const known = certificatesOf(facts);
  if (known.length > 0) return { known, balancers };
  const silent = facts.machines.flatMap(({ name, unreachable }) => (unreachable ? [`${name}: ${unreachable}`] : []));
  throw new UserError(
    silent.length > 0
      ? `no load balancer answers:\n${silent.join("\n")}`
      : `the stack "${stack}" serves http alone: set holdfast:https`,
  );
}
