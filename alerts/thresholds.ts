/** Numbers that both the monitor's rules and `holdfast status` judge by. Times in seconds. */
export const thresholds = {
  /** Part of a file system in use from which a person has to act: the rest fills up fast. */
  fullDisk: 0.85,
  /** How long a machine may wait for a reboot. Security updates wait with it. */
  reboot: 14 * 86_400,
  /** After so long an instance out of rotation counts as forgotten. */
  forgotten: 86_400,
  /** After so long a daily backup is missing; includes the time for the backup itself. */
  backup: 26 * 3600,
  /** After so long a weekly proof is missing. */
  proof: 8 * 86_400,
  /** After so long WAL counts as late. PostgreSQL hands it over every minute. */
  archive: 900,
} as const;
