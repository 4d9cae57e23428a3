/** Folders of the app on its machines. */
export const appFolders = {
  /** Of the release that runs: read only. */
  release: "/opt/app/release",
  /** What the app keeps in files; systemd makes it in its own folder of states, /var/lib. */
  state: "/var/lib/app",
  /** What the app can make again; systemd makes it in its own folder of caches, /var/cache. */
  cache: "/var/cache/app",
} as const;
