import { above, alertRule, type AlertRule, below, seen } from "../rule";
import { thresholds } from "../thresholds";

const waiting = (bytes: number) => ({
  'holdfast_wal_waiting_bytes{machine="database-1"}': bytes,
  'holdfast_wal_queue_bytes{machine="database-1"}': 1000,
});

/** What happens to PostgreSQL and its backups. */
export const databaseRules: readonly AlertRule[] = [
  alertRule({
    name: "DatabaseDown",
    severity: "page",
    needs: "database",
    for: 110,
    thresholds: {},
    expression: () => 'min by (machine) ({__name__=~"pg_up|holdfast_database_accepts"}) == 0',
    summary: "{{ $labels.machine }}: PostgreSQL takes no connections",
    meaning: "Whatever needs the database fails.",
    firstCommand: "npx holdfast logs database",
    isNot: "A crash or a reboot takes less time.",
    examples: () => ({
      fires: [
        seen({ 'pg_up{machine="database-1"}': 0 }),
        seen({ 'holdfast_database_accepts{machine="database-1"}': 0, 'pg_up{machine="database-1"}': 1 }),
      ],
      silent: [seen({ 'holdfast_database_accepts{machine="database-1"}': 1, 'pg_up{machine="database-1"}': 1 })],
    }),
  }),
  alertRule({
    name: "PoolDown",
    severity: "page",
    needs: "database",
    for: 110,
    thresholds: {},
    expression: () => "holdfast_pool_accepts == 0",
    summary: "{{ $labels.machine }}: the pool in front of PostgreSQL takes no connections",
    meaning: "Whatever needs the database fails.",
    firstCommand: "npx holdfast logs database",
    isNot: "PostgreSQL itself may be well.",
    examples: () => ({
      fires: [seen({ 'holdfast_pool_accepts{machine="database-1"}': 0 })],
      silent: [seen({ 'holdfast_pool_accepts{machine="database-1"}': 1 })],
    }),
  }),
  alertRule({
    name: "ConnectionsShort",
    severity: "notice",
    needs: "database",
    for: 180,
    thresholds: { used: 0.85 },
    expression: ({ used }) =>
      `sum by (machine) (pg_stat_activity_count) / on (machine) max by (machine) (pg_settings_max_connections) > ${used}`,
    summary: "{{ $labels.machine }}: {{ $value | humanizePercentage }} of PostgreSQL's connections are in use",
    meaning: "When all are in use, PostgreSQL refuses the next instance.",
    firstCommand: "npx holdfast psql -- -c 'SELECT state, count(*) FROM pg_stat_activity GROUP BY state'",
    isNot: "Many connections that do nothing count like busy ones.",
    examples: ({ used }) => ({
      fires: [
        seen({
          'pg_stat_activity_count{machine="database-1",datname="app",state="active"}': above(used) * 1000,
          'pg_settings_max_connections{machine="database-1",server="x"}': 1000,
        }),
      ],
      silent: [
        seen({
          'pg_stat_activity_count{machine="database-1",datname="app",state="active"}': below(used) * 1000,
          'pg_settings_max_connections{machine="database-1",server="x"}': 1000,
        }),
      ],
    }),
  }),
  alertRule({
    name: "WalWaits",
    severity: "notice",
    needs: "backup",
    for: 0,
    thresholds: { seconds: thresholds.archive },
    expression: ({ seconds }) => `time() - holdfast_wal_waiting_since_seconds > ${seconds}`,
    summary: "{{ $labels.machine }}: WAL has waited for the backup storage for {{ $value | humanizeDuration }}",
    meaning: "What was written since then could not be restored if the volume were lost.",
    firstCommand: "npx holdfast status",
    isNot: "The newest backup may be a few hours old all the same.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'holdfast_wal_waiting_since_seconds{machine="database-1"}': { age: above(seconds) } })],
      silent: [seen({ 'holdfast_wal_waiting_since_seconds{machine="database-1"}': { age: below(seconds) } })],
    }),
  }),
  alertRule({
    name: "WalWillBeDropped",
    severity: "page",
    needs: "backup",
    for: 0,
    thresholds: { part: 0.5 },
    expression: ({ part }) => `holdfast_wal_waiting_bytes / holdfast_wal_queue_bytes > ${part}`,
    summary:
      "{{ $labels.machine }}: {{ $value | humanizePercentage }} of the WAL that may wait for the backup storage does",
    meaning: "When all of it waits, WAL is dropped, and the moments in it can never be restored.",
    firstCommand: "npx holdfast status",
    isNot: "The app writes as before.",
    examples: ({ part }) => ({
      fires: [seen(waiting(above(part) * 1000))],
      silent: [seen(waiting(below(part) * 1000))],
    }),
  }),
  alertRule({
    name: "BackupOld",
    severity: "notice",
    needs: "backup",
    for: 60,
    thresholds: { seconds: thresholds.backup },
    expression: ({ seconds }) => `time() - holdfast_backup_newest_seconds > ${seconds}`,
    summary:
      "{{ $labels.machine }}: the newest backup in place {{ $labels.place }} is {{ $value | humanizeDuration }} old",
    meaning: "A restore has more WAL to read, and takes longer.",
    firstCommand: "npx holdfast backup list",
    isNot: "Moments after it can still be restored from WAL, unless WalWaits says otherwise.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'holdfast_backup_newest_seconds{machine="database-1",place="1"}': { age: above(seconds) } })],
      silent: [seen({ 'holdfast_backup_newest_seconds{machine="database-1",place="1"}': { age: below(seconds) } })],
    }),
  }),
  alertRule({
    name: "BackupBroken",
    severity: "notice",
    needs: "backup",
    for: 60,
    thresholds: {},
    expression: () => "holdfast_backup_problem == 1",
    summary: "{{ $labels.machine }}: backups do not work, or the newest is damaged",
    meaning: "Nobody knows what could be restored today.",
    firstCommand: "npx holdfast status",
    isNot: "The app's data is not touched by it.",
    examples: () => ({
      fires: [seen({ 'holdfast_backup_problem{machine="database-1"}': 1 })],
      silent: [seen({ 'holdfast_backup_problem{machine="database-1"}': 0 })],
    }),
  }),
  alertRule({
    name: "BackupUnproven",
    severity: "notice",
    needs: "backup",
    for: 60,
    thresholds: { seconds: thresholds.proof },
    expression: ({ seconds }) => `time() - holdfast_proof_seconds > ${seconds}`,
    summary: "{{ $labels.machine }}: the last proof of a backup is {{ $value | humanizeDuration }} old",
    meaning: "A backup that nobody restored may not be one.",
    firstCommand: "npx holdfast backup prove",
    isNot: "The backups themselves may be well.",
    examples: ({ seconds }) => ({
      fires: [seen({ 'holdfast_proof_seconds{machine="database-1",place="1"}': { age: above(seconds) } })],
      silent: [seen({ 'holdfast_proof_seconds{machine="database-1",place="1"}': { age: below(seconds) } })],
    }),
  }),
  alertRule({
    name: "ProofFailed",
    severity: "notice",
    needs: "backup",
    for: 60,
    thresholds: {},
    expression: () => "holdfast_proof_ok == 0",
    summary: "{{ $labels.machine }}: the last proof of a backup failed",
    meaning: "The newest backup could not be restored.",
    firstCommand: "npx holdfast backup prove",
    isNot: "The app's data is not touched by it.",
    examples: () => ({
      fires: [seen({ 'holdfast_proof_ok{machine="database-1",place="1"}': 0 })],
      silent: [seen({ 'holdfast_proof_ok{machine="database-1",place="1"}': 1 })],
    }),
  }),
];
