import { Command } from "commander";
import { tokenFingerprint } from "../../blueprint/tokenFingerprint";
import { CloudApi, requireToken } from "../../stack/cloud/api";
import { UserError } from "../../lib/errors";
import { nameOf } from "../../stack/preview/digest";
import { Project } from "../../stack/pulumi/project";
import type { StackState } from "../../stack/state";
import { confirm } from "../../lib/terminal/confirm";
import { table } from "../../lib/terminal/table";
import { labelled, leftovers, ownAddresses } from "./leftovers";
import { recordedResources, proveProject } from "./proof";

export function teardownCommand(): Command {
  return new Command("teardown")
    .description(
      "destroy a whole stack: prove first that the token opens the right project, and afterwards that nothing is left",
    )
    .argument("<stack>", "e.g. staging")
    .option("--yes <stack>", "do not ask; give the stack's name once more")
    .addHelpText(
      "after",
      "\nExit code: 0 when nothing of the stack is left, 1 when something is left or the teardown was refused.",
    )
    .action(async (stack: string, { yes }: { yes?: string }) => {
      await teardown(stack, yes);
    });
}

/** @throws UserError when it is refused, fails, or leaves something behind */
async function teardown(stack: string, yes: string | undefined): Promise<void> {
  const project = await Project.open(stack);
  const state = await project.state();
  refuseProtected(stack, state);
  const target = requireToken(await project.target());
  const { endpoint, token } = target;
  const api = new CloudApi(target);

  const claimed = recordedResources(stack, state);
  const proof = await proveProject(claimed, api, token);
  const unknown = (await labelled(stack, api)).filter(
    ({ collection, item }) => !proof.found.some((one) => one.collection === collection && one.item.id === item.id),
  );
  console.log(`Project at ${endpoint}, token ${tokenFingerprint(stack, token)}: ${proof.reason}.`);
  if (proof.found.length > 0) {
    console.log("These will be deleted, with everything on them:\n");
    const rows = proof.found.map(({ collection, item }) => [collection.word, item.name, String(item.id)]);
    console.log(table(["WHAT", "NAME", "ID"], rows));
  }
  for (const what of proof.missing) console.log(`Gone already: ${what}`);
  for (const { collection, item } of unknown) {
    console.log(`Not in Pulumi's state, so not deleted: ${collection.word} ${item.name} (id ${item.id})`);
  }
  if (claimed.resources.length > 0) {
    await confirm(stack, yes, `--yes ${stack}`);
    const code = await project.destroy();
    if (code !== 0)
      throw new UserError(`\`pulumi destroy\` of "${stack}" did not finish (its messages are above)`, code);
  }

  const left = await leftovers(stack, ownAddresses(proof.found), api);
  if (left.length > 0) {
    throw new UserError(
      `these resources with the label stack=${stack} are left and cost money:\n${left.map((one) => `  - ${one}\n`).join("")}` +
        "Check what these resources are, then delete them at Hetzner (https://console.hetzner.com).",
    );
  }
  console.log(`Nothing of "${stack}" is left in the project.`);
}

/** A protected stack is refused. Only its settings lift the protection; this command has no option for it. */
function refuseProtected(stack: string, state: StackState | undefined): void {
  const kept = (state?.resources ?? []).filter((resource) => resource.protect);
  if (kept.length === 0) return;
  throw new UserError(
    `stack "${stack}" is protected, and nothing was touched: ${kept.map(({ urn }) => nameOf(urn)).join(", ")}. ` +
      `To delete it, write \`holdfast:protect: false\` into Pulumi.${stack}.yaml, run \`npx holdfast up --stack ${stack}\`, and try again.`,
  );
}
