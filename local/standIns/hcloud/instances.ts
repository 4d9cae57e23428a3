import type { Settings } from "./settings";

/**
 * The provider instances that use this process, by their connection. In attach mode all instances of all runs do, and
 * an engine that lost its connection comes back with a new one without configuring again.
 */
export class Instances {
  /** More than this belong to runs long over. */
  private static readonly limit = 256;
  private readonly byConnection = new Map<string, Settings>();

  configure(connection: string, settings: Settings): void {
    this.byConnection.delete(connection);
    this.byConnection.set(connection, settings);
    const [oldest] = this.byConnection.keys();
    if (this.byConnection.size > Instances.limit) this.byConnection.delete(oldest);
  }

  /**
   * The settings of a connection; of one that was never configured those that all others agree on.
   *
   * @throws when that is not clear: a resource in the wrong cloud would be worse than a failed run
   */
  of(connection: string): Settings {
    const own = this.byConnection.get(connection);
    if (own) return own;
    const all = [...this.byConnection.values()];
    const last = all.at(-1);
    if (!last) throw new Error("The hcloud provider was not configured.");
    const other = all.find(({ endpoint, token }) => endpoint !== last.endpoint || token !== last.token);
    if (other) {
      throw new Error(
        `Which hcloud provider is meant is not clear: the connection is new, and there are some for ${last.endpoint} ` +
          `and for ${other.endpoint}. Run the command again.`,
      );
    }
    return last;
  }
}
