/** Why a machine could not be reached, for people. */
export class ConnectionFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message);
  }
}

/** Kinds of failures that need different help. */
export type FailureReason =
  "refused" | "noRoute" | "timeout" | "unknownHost" | "closed" | "keyRefused" | "hostKeyChanged" | "noKey" | "other";

/** Failures that waiting does not cure. `keyRefused` is one only after cloud-init had time to make the user. */
export const permanentFailures: ReadonlySet<FailureReason> = new Set(["hostKeyChanged", "noKey"]);

const nobodyAnswers: ReadonlySet<FailureReason> = new Set(["refused", "noRoute", "timeout", "unknownHost"]);

/** Whether nothing answers at the address: only then the machine may be gone. */
export function isSilent(error: unknown): boolean {
  return error instanceof ConnectionFailure && nobodyAnswers.has(error.reason);
}

/** Whether another machine answers at the address, because the old one is gone. */
export function isAnotherMachine(error: unknown): boolean {
  return error instanceof ConnectionFailure && error.reason === "hostKeyChanged";
}

/** Reasons (RFC 4253, 11.1) of a server that takes no more keys: OpenSSH gives the first (`MaxAuthTries`), others the second. */
const endsLogin: ReadonlySet<number> = new Set([2, 14]);

/** Explains errors of Node's sockets and of ssh2. */
export function explainError(
  error: Error & { code?: string | number; level?: string; reason?: unknown },
  where: string,
) {
  const found = byCode[String(error.code)];
  if (found) return new ConnectionFailure(found[0], `${where} ${found[1]}`);
  if (typeof error.code === "number" && endsLogin.has(error.code)) {
    return new ConnectionFailure("keyRefused", `${where} ended the login ("${error.message}")`);
  }
  if (error.level === "client-authentication") return new ConnectionFailure("keyRefused", `${where} refuses the key`);
  if (error.level === "client-timeout") {
    return new ConnectionFailure("timeout", `${where} does not answer`);
  }
  if (/no matching (host key|key exchange)/i.test(error.message) || /Handshake failed/i.test(error.message)) {
    return new ConnectionFailure("other", `${where}: ${error.message}`);
  }
  if (/Channel open failure/.test(error.message)) {
    return new ConnectionFailure(
      "refused",
      `${where} is not reached from there (${error.message.split(": ").pop() ?? ""})`,
    );
  }
  if (/lost|closed|ended|reset/i.test(error.message)) {
    return new ConnectionFailure("closed", `${where} ${closed}`);
  }
  return new ConnectionFailure("other", `${where}: ${error.message}`);
}

/** OpenSSH's PerSourcePenalties and MaxStartups; the first one lasts longer with every further try. */
const closed =
  "closed the connection. SSH servers do this for a while after refused keys, or when too many connections come at once";

const byCode: Readonly<Record<string, readonly [FailureReason, string]>> = {
  ECONNREFUSED: ["refused", "refuses connections: it is still booting, or no SSH server runs there"],
  EHOSTUNREACH: ["noRoute", "cannot be reached: no route to it"],
  ENETUNREACH: ["noRoute", "cannot be reached: this computer has no network to it (for IPv6, that is usual)"],
  ETIMEDOUT: ["timeout", "does not answer"],
  ENOTFOUND: ["unknownHost", "has no address: the name is unknown"],
  EAI_AGAIN: ["unknownHost", "has no address: name resolution does not work now"],
  ECONNRESET: ["closed", closed],
  EPIPE: ["closed", closed],
};

/** The key that a server shows is not the one of the first contact. */
export function hostKeyChanged(where: string, pinned: string, shown: string): ConnectionFailure {
  return new ConnectionFailure(
    "hostKeyChanged",
    [
      `${where} shows another host key than at the first contact. Somebody may be intercepting the connection, or the server was`,
      "rebuilt without Pulumi.",
      `  first contact: ${pinned}`,
      `  now:           ${shown}`,
      "If you know why it changed, replace the configuration, which pins the new key: pulumi up --replace URN",
      "(or --target-replace URN; the URN is in the line above, or in `pulumi stack --show-urns`). That deletes nothing on the server.",
    ].join("\n"),
  );
}
