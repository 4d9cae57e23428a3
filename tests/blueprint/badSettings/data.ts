import { app, type BadSettings } from "./badSettings";

const s3 = (more: object) => ({
  database: {},
  backup: { s3: { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook-backup", ...more } },
});

/** holdfast:database, holdfast:backup and holdfast:releases */
export const badData: readonly BadSettings[] = [
  {
    mistake: "two database machines",
    written: { database: { machines: 2 }, backup: {} },
    says: ["holdfast:database.machines: 2 is more than 1 | only one machine at a time can have"],
  },
  {
    mistake: "a database on one of two app machines",
    written: { app: app({ machines: 2 }), database: { machines: 0 }, backup: {} },
    says: ["holdfast:database.machines: 0 is not possible with 2 app machines | write machines: 1 here"],
  },
  {
    mistake: "a volume that Hetzner does not sell",
    written: { database: { volumeSize: 5 }, backup: {} },
    says: ["holdfast:database.volumeSize: 5 is less than 10 | Hetzner sells volumes of 10"],
  },
  {
    mistake: "a pool of a size",
    written: { database: { pool: 20 }, backup: {} },
    says: ["holdfast:database.pool: 20 is a number, not true or false"],
  },
  {
    mistake: "an extension by the name of its project",
    written: { database: { extensions: ["pgvector"] }, backup: {} },
    says: ["holdfast:database.extensions[0]: pgvector is not known"],
  },
  {
    mistake: "a volume with its unit",
    written: { database: { volumeSize: "20GB" }, backup: {} },
    says: ["holdfast:database.volumeSize: 20GB is text, not a number"],
  },
  {
    mistake: "a volume beyond the largest",
    written: { database: { volumeSize: 20_000 }, backup: {} },
    says: ["holdfast:database.volumeSize: 20000 is more than 10240"],
  },
  {
    mistake: "another kind of database",
    written: { database: { engine: "mysql" }, backup: {} },
    says: ["holdfast:database.engine: is not a setting | known here: machines, serverType, volumeSize"],
  },
  {
    mistake: "a database machine that is sold elsewhere",
    written: { database: { serverType: "cpx31" }, backup: {} },
    says: ["holdfast:database.serverType: cpx31 is not sold in nbg1"],
  },
  {
    mistake: "a database that is wanted",
    written: { database: true },
    says: ["holdfast:database: true is true or false, not a group of settings"],
  },
  {
    mistake: "backups of nothing",
    written: { backup: {} },
    says: ["holdfast:backup: has nothing to back up | write holdfast:database: {}"],
  },
  {
    mistake: "backups where the database is",
    written: { location: "fsn1", database: {}, backup: { storage: { location: "fsn1" } } },
    says: ["holdfast:backup.storage.location: fsn1 is where the database is | write hel1"],
  },
  {
    mistake: "backups where there are no Storage Boxes",
    written: { database: {}, backup: { storage: { location: "sin" } } },
    says: ["holdfast:backup.storage.location: sin is not known | write one of"],
  },
  {
    mistake: "a Storage Box that is not sold",
    written: { database: {}, backup: { storage: { type: "bx10" } } },
    says: ["holdfast:backup.storage.type: bx10 is not known | did you mean bx11?"],
  },
  {
    mistake: "a host key with its comment",
    written: { database: {}, backup: { storage: { hostKey: "ssh-ed25519 AAAA root@box" } } },
    says: ["holdfast:backup.storage.hostKey: ssh-ed25519 AAAA root@box is not a public key"],
  },
  {
    mistake: "backups for no day",
    written: { database: {}, backup: { retentionDays: 0 } },
    says: ["holdfast:backup.retentionDays: 0 is less than 1"],
  },
  {
    mistake: "backups for ever",
    written: { database: {}, backup: { retentionDays: "for ever" } },
    says: ["holdfast:backup.retentionDays: for ever is text, not a number"],
  },
  {
    mistake: "a bucket over an open line",
    written: s3({ endpoint: "http://fsn1.your-objectstorage.com" }),
    says: ["holdfast:backup.s3.endpoint: http://fsn1.your-objectstorage.com is not an https address"],
  },
  {
    mistake: "a bucket in capitals",
    written: s3({ bucket: "Backup" }),
    says: ["holdfast:backup.s3.bucket: Backup is not 3 to 63 lower-case letters"],
  },
  {
    mistake: "a bucket without its name",
    written: s3({ bucket: undefined }),
    says: ["holdfast:backup.s3.bucket: is missing"],
  },
  {
    mistake: "the key of the bucket's authority in place of its certificate",
    written: s3({ ca: "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n" }),
    says: ["holdfast:backup.s3.ca: is not certificates as PEM text, and no key"],
  },
  {
    mistake: "half of the certificate of the bucket's authority",
    written: s3({ ca: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" }),
    says: ["holdfast:backup.s3.ca: is not a certificate | copy the file again, whole"],
  },
  {
    mistake: "a bucket's keys in plain text",
    written: s3({ accessKey: "hunter2", secretKey: "hunter2" }),
    says: ["holdfast:backup.s3: has keys in plain text | make new keys"],
  },
  {
    mistake: "a bucket without its keys when backups are made",
    written: { ...s3({}), loadBalancer: { machines: 0 } },
    update: true,
    says: [
      "holdfast:backup.s3.accessKey: is missing",
      "holdfast:backup.s3.secretKey: is missing | pulumi config set --secret",
    ],
  },
  {
    mistake: "releases that nobody keeps",
    written: { releases: { keep: 0 } },
    says: ["holdfast:releases.keep: 0 is less than 1"],
  },
  {
    mistake: "releases in a bucket on no server",
    written: { releases: { store: "s3://releases" } },
    says: ["holdfast:releases.store: s3://releases names a bucket but no server | add the server"],
  },
  {
    mistake: "releases in a bucket without a name",
    written: { releases: { store: "s3://", endpoint: "https://nbg1.your-objectstorage.com" } },
    says: ["holdfast:releases.store: s3:// has no valid bucket name | store: s3://releases"],
  },
  {
    mistake: "releases over an open line",
    written: { releases: { store: "http://releases.example.org" } },
    says: ["holdfast:releases.store: http://releases.example.org is not an https address | use https"],
  },
  {
    mistake: "releases in a bucket over an open line",
    written: { releases: { store: "s3://releases", endpoint: "http://nbg1.your-objectstorage.com" } },
    says: ["holdfast:releases.endpoint: http://nbg1.your-objectstorage.com is not an https address"],
  },
  {
    mistake: "releases at a server whose key nobody knows",
    written: { releases: { store: "sftp://u1-sub1@u1-sub1.your-storagebox.de:23/shop" } },
    says: ["holdfast:releases.hostKey: is missing | `ssh-keyscan -p 23 u1-sub1.your-storagebox.de`"],
  },
  {
    mistake: "releases at an SFTP server without an account",
    written: { releases: { store: "sftp://u1.your-storagebox.de:23" } },
    says: [
      "holdfast:releases.store: sftp://u1.your-storagebox.de:23 names no account on an SFTP server | sftp://USER@",
    ],
  },
  {
    mistake: "a password in the address of the releases",
    written: { releases: { store: "sftp://u1:hunter2@u1.your-storagebox.de:23" } },
    says: ["holdfast:releases.store: has a password in it | choose another password"],
  },
  {
    mistake: "a host key with its host before it",
    written: { releases: { store: "sftp://u1@box:23", hostKey: "[box]:23 ssh-ed25519 AAAA" } },
    says: ["holdfast:releases.hostKey: [box]:23 ssh-ed25519 AAAA is not a public key in OpenSSH's form"],
  },
  {
    mistake: "releases on a Storage Box that is not there",
    written: { releases: { store: "backup-storage" } },
    says: ["holdfast:releases.store: backup-storage does not exist | write holdfast:backup: {} as well"],
  },
  {
    mistake: "keys of the releases in plain text",
    written: { releases: { accessKey: "hunter2", secretKey: "hunter2" } },
    says: ["holdfast:releases: has its keys in plain text | make new ones"],
  },
];
