import { Command } from "commander";
import { setRelease } from "../../stack/release/setRelease";
import { storedReference } from "./show";
import { stackStore } from "../../stack/release/stackStore";

export function useCommand(): Command {
  return new Command("use")
    .description("write a release of the store into a stack's settings; `pulumi up` then rolls it out")
    .argument("<release>", "e.g. guestbook@1.4.0")
    .argument("<stack>", "e.g. staging")
    .action(async (written: string, stack: string) => {
      const { store } = await stackStore(stack);
      const { name, version } = await store.require(storedReference(written));
      setRelease(stack, written);
      console.log(`Pulumi.${stack}.yaml names ${name} ${version}; \`pulumi up\` rolls it out.`);
    });
}
