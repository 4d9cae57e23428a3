import { type Blueprint, machinesWith } from "../../blueprint/blueprint";
import { heading, lines } from "../text";

/** Who may log in: users of the machine as themselves over its socket, instances by password over TLS. Nobody else. */
export function pgHba(blueprint: Blueprint): string {
  const { database } = blueprint;
  if (!database) throw new Error("a stack without a database lets nobody into one");
  const instances = machinesWith(blueprint, "app").map(
    ({ privateAddress }) => `hostssl ${database.name} ${database.user} ${privateAddress}/32 scram-sha-256`,
  );
  return lines(heading(), "# type database user address method", "local all all peer", instances);
}

/** PostgreSQL wants the file, and we want nothing of it. */
export function pgIdent(): string {
  return heading() + "\n";
}
