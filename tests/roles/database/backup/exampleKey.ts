import type { RepositoryKey } from "../../../../roles/database/backup/key";

/** The key of a repository that is nowhere. */
export const exampleKey: RepositoryKey = {
  version: 1,
  stack: "prod",
  postgresql: "17",
  path: "/home/holdfast-prod",
  passphrase: "correct-horse",
  storage: {
    host: "u123456.your-storagebox.de",
    port: 23,
    user: "u123456",
    privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nmade up\n-----END OPENSSH PRIVATE KEY-----\n",
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEA3EWj7wTrDIGUMG9jCnq",
  },
};
