/** Where the program of the machine configuration keeps what others read (onMachine/layout.py, rollouts.py, lease.py). */
export const machinePaths = {
  /** Locked while an apply changes the machine. */
  lock: "/var/lib/holdfast/lock",
  /** Who may change machines of the stack; on the machine that keeps the lease. */
  lease: "/var/lib/holdfast/lease.json",
  /** One file for each user who may log in. The comment of a key names its owner (onMachine/people.py). */
  authorizedKeys: "/etc/ssh/authorized_keys",
  /** One line of JSON for each roll-out. */
  rolloutLog: "/var/log/holdfast/rollouts.log",
} as const;
