/** MiB of one WAL segment, as Debian's PostgreSQL is built. */
const segment = 16;

/**
 * MiB of WAL that wait on the volume while the backup storage is away; past that pgBackRest gives up what waits, because
 * a database that stops is worse than one that cannot go back to a few hours. A quarter of the volume: the rest is for
 * the data. At 100 rows of 200 bytes a second, a volume of 10 GiB then lasts for more than a day.
 *
 * @param volumeSize GiB
 */
export function archiveQueue(volumeSize: number): number {
  return Math.floor((volumeSize * 1024) / 4 / segment) * segment;
}
