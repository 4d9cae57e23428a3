import type { Command } from "commander";

/**
 * Each command, loaded when it is the one that is called: loading all of them takes longer than most of them need. What a
 * person sees first stands first.
 */
export const commands: Readonly<Record<string, () => Command>> = {
  local: lazy("./local", "localCommand"),
  status: lazy("./status", "statusCommand"),
  alerts: lazy("./alerts", "alertsCommand"),
  dashboard: lazy("./dashboard", "dashboardCommand"),
  ssh: lazy("./ssh", "sshCommand"),
  run: lazy("./run", "runCommand"),
  who: lazy("./who", "whoCommand"),
  revoke: lazy("./revoke", "revokeCommand"),
  rotate: lazy("./rotate", "rotateCommand"),
  psql: lazy("./psql", "psqlCommand"),
  logs: lazy("./logs", "logsCommand"),
  debug: lazy("./debug", "debugCommand"),
  release: lazy("./release", "releaseCommand"),
  rollback: lazy("./rollback", "rollbackCommand"),
  backup: lazy("./backup", "backupCommand"),
  restore: lazy("./restore", "restoreCommand"),
  import: lazy("./import", "importCommand"),
  preview: lazy("./preview", "previewCommand"),
  "preview-comment": lazy("./previewComment", "previewCommentCommand"),
  up: lazy("./up", "upCommand"),
  doctor: lazy("./doctor", "doctorCommand"),
  teardown: lazy("./teardown", "teardownCommand"),
  report: lazy("./report", "reportCommand"),
  certificates: lazy("./certificates", "certificatesCommand"),
  failover: lazy("./failover", "failoverCommand"),
  drill: lazy("./drill", "drillCommand"),
  climb: lazy("./climb", "climbCommand"),
};

/** `import()` would go through Node's loader of ES modules, which does not take TypeScript. */
function lazy(file: string, command: string): () => Command {
  return () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { [command]: make } = require(file) as Readonly<Record<string, () => Command>>;
    if (!make) throw new Error(`${file} has no ${command}`);
    return make();
  };
}
