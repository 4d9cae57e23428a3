import type { AnyAuthMethod } from "ssh2";

/** A way to log in, with its name for error messages. */
export interface Credential {
  readonly name: string;
  /** As it stands in a .pub file; absent for passwords. */
  readonly publicKey?: string;
  methodFor(user: string): AnyAuthMethod;
  /** Why it could not be used at the last attempt. @default nothing is known */
  problem?(): string | undefined;
}

/** What a login may be tried with. */
export interface Credentials {
  readonly usable: readonly Credential[];
  /** What there is besides, and why it is not usable, for error messages. */
  readonly leftOut: readonly string[];
}
