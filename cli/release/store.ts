import { Command, Option } from "commander";
import { localCloudName } from "../../local/paths";

/** A command on the store of a stack, or on another store. */
export function storeCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--stack <stack>", "the stack whose store it is", localCloudName())
    .addOption(new Option("--store <place>", "a store: a folder, s3://BUCKET, an https or an sftp address"));
}

/** e.g. `912 B`, `48 kB`, `3.1 MB` */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  const power = Math.min(units.length, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power - 1] ?? ""}`;
}

/** e.g. `2026-11-24 10:05` of an ISO date, in UTC. */
export function minute(date: string): string {
  return date.slice(0, 16).replace("T", " ");
}
