import { markdownTable } from "./text";

/** One environment variable of this project, for docs/environment-variables.md. */
interface Variable {
  /** Who sets it: a person, a pipeline, this project for a program that it starts, or a test. */
  readonly setBy: "people" | "pipelines" | "Holdfast" | "tests";
  readonly meaning: string;
  /** The value if it is not set. */
  readonly default?: string;
}

/** Every environment variable that is this project's own. TypeScript reads them by `readVariable`; a program on a machine reads its own. */
export const environmentVariables = {
  HOLDFAST_CACHE: {
    setBy: "people",
    meaning: "Folder for what costs time to get: toolchain, base images, Debian packages, fetched releases.",
    default: "$XDG_CACHE_HOME/holdfast, else ~/.cache/holdfast",
  },
  HOLDFAST_DEBIAN_MIRROR: {
    setBy: "people",
    meaning: "URL of the Debian mirror that base images of the local cloud are made from.",
    default: "mmdebstrap's own",
  },
  HOLDFAST_DEBUG: { setBy: "people", meaning: "`1` shows where in the program an error came from." },
  HOLDFAST_DRILL_GIB: {
    setBy: "people",
    meaning: "GiB of data that drills of backups put into the database and restore.",
    default: "1",
  },
  HOLDFAST_DRIVER: {
    setBy: "people",
    meaning: "`none` starts the local cloud without machines: only its API answers.",
    default: "machines of systemd-nspawn",
  },
  HOLDFAST_GONE: {
    setBy: "people",
    meaning: "Names of machines that are gone for good, separated by commas: `pulumi up` asks them nothing any more.",
  },
  HOLDFAST_LEAVE_BOX: {
    setBy: "people",
    meaning:
      "Id of the Storage Box that stays behind with its backups while a stack gets a new one in a second project: docs/backups.md says how.",
  },
  HOLDFAST_LEASE: {
    setBy: "people",
    meaning: "`none` changes machines without the stack's lease, for the day on which its machine is gone.",
    default: "the lease is taken",
  },
  HOLDFAST_LEASE_TIMEOUT: {
    setBy: "people",
    meaning: "Seconds to wait for a lease that somebody else has.",
    default: "600",
  },
  HOLDFAST_LOCAL: { setBy: "people", meaning: "Name of the local cloud that commands work on.", default: "local" },
  HOLDFAST_OWNER: {
    setBy: "people",
    meaning: "Who takes the stack's lease, for others who wait for it.",
    default: "user name and host name",
  },
  HOLDFAST_PLUGINS: {
    setBy: "people",
    meaning: "`official` or `builtin`: which Pulumi plugins the local cloud's stacks use.",
    default: "official ones where Pulumi can get them",
  },
  HOLDFAST_REASON: {
    setBy: "people",
    meaning: "Why the stack's lease is taken, for others who wait for it and for the machines' logs.",
    default: "the command",
  },
  HOLDFAST_SSH_KEY_FILE: {
    setBy: "people",
    meaning:
      "Private key for the machines, or the .pub file of one that the SSH agent holds. Its public half, beside it, is let in by a local stack that names no key.",
    default: "the SSH agent, ~/.ssh/id_ed25519, id_ecdsa, id_rsa; a local stack's own key",
  },
  HOLDFAST_SSH_TIMEOUT: {
    setBy: "people",
    meaning: "Seconds to wait until a machine can be reached by SSH.",
    default: "300",
  },
  HOLDFAST_STATE: {
    setBy: "people",
    meaning: "Folder for what local clouds remember.",
    default: "/var/lib/holdfast for root, ~/.local/state/holdfast for others",
  },
  HOLDFAST_RELEASES_ACCESS_KEY: {
    setBy: "pipelines",
    meaning: "Access key, or user name, of the store of releases. It counts only together with the secret key.",
    default: "holdfast:releases.accessKey",
  },
  HOLDFAST_RELEASES_SECRET_KEY: {
    setBy: "pipelines",
    meaning: "Secret key, or password, of the store of releases.",
    default: "holdfast:releases.secretKey",
  },
  HOLDFAST_MACHINE_ENDPOINT: {
    setBy: "Holdfast",
    meaning: "URL of a local cloud's API as its machines reach it (`npx holdfast local env`).",
    default: "the API's URL on this computer",
  },
  HOLDFAST_ACME: {
    setBy: "Holdfast",
    meaning: "Where a local cloud's authority for certificates is, and who vouches for it, as JSON.",
    default: "the local cloud has none, and its stacks serve http",
  },
  HOLDFAST_ROTATE: {
    setBy: "Holdfast",
    meaning: "The secrets that an update changes, each with the step to which (`npx holdfast rotate`).",
  },
  HOLDFAST_SECRETS: {
    setBy: "Holdfast",
    meaning: "`stand-ins` in a preview in which words take the place of all secrets.",
  },
  HOLDFAST_API_SCHEMA: {
    setBy: "tests",
    meaning: "File with the schema of Hetzner's API.",
    default: "the one that is recorded in the repository",
  },
  HOLDFAST_PROBE_ROOT: { setBy: "tests", meaning: "Folder that the status probe takes for `/`.", default: "/" },
  HOLDFAST_SCREENSHOTS: { setBy: "tests", meaning: "Folder into which the browser's test writes pictures." },
  HOLDFAST_TESTS_NEED: {
    setBy: "tests",
    meaning: "`everything` makes a test fail, not skip, where a program is missing that it needs.",
  },
  HOLDFAST_VOLUME: {
    setBy: "tests",
    meaning: "File that tells the database's volume script which disk it works on.",
    default: "/etc/holdfast/database/volume",
  },
} as const satisfies Readonly<Record<string, Variable>>;

/** The name of one. */
export type EnvironmentVariable = keyof typeof environmentVariables;

/** A process's variables, or some of them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value; undefined if it is not set or empty. */
export function readVariable(name: EnvironmentVariable, environment: Environment = process.env): string | undefined {
  return environment[name] === "" ? undefined : environment[name];
}

/** A number of seconds, or the default. @param zero whether it may be 0 @throws when it is something else */
export function readSeconds(
  name: "HOLDFAST_LEASE_TIMEOUT" | "HOLDFAST_SSH_TIMEOUT",
  { zero }: { readonly zero: boolean },
  environment?: Environment,
): number {
  const text = readVariable(name, environment) ?? environmentVariables[name].default;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && (seconds > 0 || (zero && seconds === 0))) return seconds;
  throw new Error(`${name}=${text} is not a number of seconds; write for instance ${name}=120.`);
}

/** docs/environment-variables.md: every variable, from the table that the program reads them by. */
export function environmentVariablesPage(): string {
  const rows = Object.entries<Variable>(environmentVariables).map(
    ([name, { setBy, meaning, default: otherwise = "" }]) => [`\`${name}\``, setBy, meaning, otherwise],
  );
  return [
    "# Environment variables",
    "",
    "Pulumi's, Hetzner's and the shell's own variables (`HCLOUD_TOKEN`, `PULUMI_…`, `SSH_AUTH_SOCK`) mean what they always mean. " +
      "This page is generated from `lib/environmentVariables.ts` by `make generate`.",
    "",
    markdownTable(["variable", "set by", "meaning", "without it"], rows),
    "",
  ].join("\n");
}
