import type { Client } from "ssh2";

/**
 * Connections to jump hosts that sessions share. A jump host refuses many connections at once (sshd's MaxStartups),
 * but carries any number of sessions over one. Its creator closes it.
 */
export class SharedJumps {
  private readonly clients = new Map<string, Promise<Client>>();

  /** The open connection of that name, or a new one. */
  get(name: string, open: () => Promise<Client>): Promise<Client> {
    const client = this.clients.get(name) ?? open();
    this.clients.set(name, client);
    return client;
  }

  close(): void {
    for (const client of this.clients.values()) {
      client.then(
        (open) => open.end(),
        () => undefined,
      );
    }
  }
}
