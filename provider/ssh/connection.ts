/** How SSH reaches a machine. */
export interface Connection {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly user: string;
  /** Jump hosts, tried in turn until one lets through; empty or absent: a direct connection. */
  readonly via?: readonly JumpHost[];
}

/** The machine that SSH goes through. */
export interface JumpHost {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly user: string;
  /** The jump host's server id: when that server is replaced, its new host key is accepted once more. */
  readonly serverId?: string;
}
