import { UNKNOWN } from "../../../grpc/types";
import { checkWhole, fields, isUnknown, list, reveal, show, type Refuse } from "./values";

/** A way to a machine, with all of its jump hosts. @param property under which it stands in the inputs */
export function checkConnection(refuse: Refuse, connection: unknown, property: string): void {
  if (isUnknown(connection)) return;
  const { host, port, user, via } = fields(connection);
  const hops = [{ property, host, port, user }].concat(
    list(via).map((jump, index) => ({ ...pick(jump), property: `${property}.via[${String(index)}]` })),
  );
  for (const hop of hops) {
    for (const [name, value] of [
      ["host", hop.host],
      ["user", hop.user],
    ] as const) {
      if (isUnknown(value) || (typeof reveal(value) === "string" && reveal(value) !== "")) continue;
      refuse(`${hop.property}.${name}`, `${show(value)} is not a ${name === "host" ? "name or address" : "user"}`);
    }
    checkWhole(refuse, hop.port, `${hop.property}.port`, 1, 65535, "a port (1 to 65535)");
  }
}

function pick(jump: unknown): { host: unknown; port: unknown; user: unknown } {
  const { host, port, user } = isUnknown(jump) ? { host: UNKNOWN, port: undefined, user: UNKNOWN } : fields(jump);
  return { host, port, user };
}
