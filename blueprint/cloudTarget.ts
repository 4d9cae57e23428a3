import { isLocalStack } from "./stacks";
import type { Issuer } from "./issuer";
import type { Target } from "./target";

/** What settings may leave out or write otherwise, depending on the cloud that the stack is in. */
export interface CloudRules {
  /** The Internet does not reach this cloud and nothing in it is of value, so it needs no warnings. */
  readonly isRehearsal: boolean;
  /** The cloud knows one token only for what machines need, so load balancers need none of their own. */
  readonly hasOneToken: boolean;
  /** Who issues certificates here, whatever the settings say. @default the settings name somebody */
  readonly issuer?: Issuer;
  /** Who may log in when the settings name no one. @default the settings have to name somebody */
  readonly defaultAdmin?: {
    /** Path of a public key, as in `admin.sshKeys`. @default it is not known */
    readonly sshKey?: string;
    readonly allowFrom: readonly string[];
    /** For the error message when there is no such key. */
    readonly fix: string;
  };
}

/** The cloud that a stack is in, and how everything in it is reached. Made at the program's edge, handed down as data. */
export interface CloudTarget extends CloudRules, Target {
  /** The API's base URL as machines reach it. */
  readonly machineEndpoint: string;
  /** The address at which this computer reaches a server of that name. @default names are reached as they are */
  readonly resolveHost?: (name: string) => Promise<string>;
}

/**
 * The rules of the cloud that a stack is in.
 *
 * @param adminKey path of the private key that a local stack lets in by default
 * @param issuer who issues certificates in a local cloud; nobody where it has no authority
 */
export function cloudRules(stack: string, adminKey: string | undefined, issuer?: Issuer): CloudRules {
  if (!isLocalStack(stack)) return { isRehearsal: false, hasOneToken: false };
  return {
    isRehearsal: true,
    hasOneToken: true,
    ...(issuer && { issuer }),
    defaultAdmin: {
      sshKey: adminKey && `${adminKey}.pub`,
      allowFrom: ["0.0.0.0/0", "::/0"],
      fix:
        "start the local cloud, which makes its key (`npx holdfast local up`), and set the environment " +
        '(`eval "$(npx holdfast local env)"`), or name the path of a .pub file',
    },
  };
}
