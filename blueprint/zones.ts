/** A host's name within its zone, as the DNS has it: `@` is the zone itself. */
export function nameInZone(host: string, zone: string): string {
  return host === zone ? "@" : host.slice(0, -zone.length - 1);
}

export function isInZone(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`);
}
