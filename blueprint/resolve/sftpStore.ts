import type { Problem } from "../problems";

/** A folder of an SFTP server. */
export interface SftpPlace {
  readonly kind: "sftp";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Relative ones start where the account logs in; empty for that place itself. */
  readonly folder: string;
  /** In OpenSSH's form. */
  readonly hostKey: string;
  /** A secret; without it the SSH keys of this computer are tried. */
  readonly password?: string;
}

interface Written {
  /** Begins with `sftp:`. */
  readonly store: string;
  readonly secretKey?: string;
  readonly hostKey?: string;
}

/** What `holdfast:releases` says about a store on an SFTP server. */
export function resolveSftp({ store, secretKey, hostKey }: Written): {
  value?: SftpPlace;
  problems: readonly Problem[];
} {
  // A percent sign that begins nothing is a mistake that URL lets through.
  const url = URL.canParse(store) && !/%(?![0-9a-f]{2})/i.test(store) ? new URL(store) : undefined;
  if (!url?.hostname || !url.username) return { problems: [noAccount(store)] };
  if (url.password) return { problems: [passwordInAddress] };
  if (hostKey === undefined) return { problems: [noHostKey(url)] };
  const value: SftpPlace = {
    kind: "sftp",
    host: hostOf(url),
    port: portOf(url),
    user: decodeURIComponent(url.username),
    // The first slash ends the address; a path that starts at the root has two.
    folder: decodeURIComponent(url.pathname).slice(1).replace(/\/+$/, ""),
    hostKey,
    ...(secretKey !== undefined && { password: secretKey }),
  };
  return { value, problems: [] };
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function portOf({ port }: URL): number {
  return Number(port || 22);
}

function noAccount(store: string): Problem {
  return {
    setting: "holdfast:releases.store",
    // A password may stand in it.
    value: store.replace(/\/\/.*@/, "//…@"),
    wrong: "names no account on an SFTP server",
    why: "an SFTP store needs a server and the user who logs in there",
    fix: "write `store: sftp://USER@HOST:PORT/FOLDER`; at Hetzner's Storage Boxes the port is 23",
  };
}

const passwordInAddress: Problem = {
  setting: "holdfast:releases.store",
  wrong: "has a password in it",
  why: "anybody who reads this file could put a release of their own into the store",
  fix: "choose another password, and give it with `pulumi config set --secret --path holdfast:releases.secretKey`",
};

function noHostKey(url: URL): Problem {
  return {
    setting: "holdfast:releases.hostKey",
    wrong: "is missing",
    why: "the machines run what the store holds, so it has to be the right server",
    fix: `compare what \`ssh-keyscan -p ${String(portOf(url))} ${hostOf(url)}\` shows with what you know, and write it as \`hostKey: ssh-ed25519 AAAA…\``,
  };
}
