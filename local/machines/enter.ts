/** What root's shell on a Debian machine starts with. */
const ENVIRONMENT = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "USER=root",
  "LOGNAME=root",
  "LANG=C.UTF-8",
];

/**
 * The start of a command line that runs a command inside a machine as root, in /root, with the machine's PATH and
 * nothing of the caller's environment. To be followed by the command and its arguments.
 *
 * @param initPid process number of the machine's init on this computer
 */
export function enterCommand(initPid: number): string[] {
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root"];
  // The folder is chosen by `env`, inside: nsenter would look it up on this computer.
  const environment = [...ENVIRONMENT, `TERM=${process.env.TERM ?? "dumb"}`];
  return ["nsenter", `--target=${initPid}`, ...namespaces, "--wd", "--", "env", "--chdir=/root", "-i", ...environment];
}
