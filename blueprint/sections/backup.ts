import { storageBoxLocationNames, storageBoxTypeNames } from "../../catalog";
import { oneOf, section, text, wholeNumber } from "../fields";
import type { z } from "zod";

const withKey = "`pulumi config set --secret --path 'holdfast:backup.s3.NAME' VALUE`";

const storage = section(
  {
    type: oneOf(storageBoxTypeNames, {
      description: "Hetzner's type of the Storage Box. By default bx11 (1 TiB).",
      why: "Hetzner sells Storage Boxes in these sizes",
      example: "type: bx11",
    }).default("bx11"),
    location: oneOf(storageBoxLocationNames, {
      description: "Where the Storage Box is. By default hel1, or fsn1 when the stack is in hel1.",
      why: "Hetzner has Storage Boxes in these locations",
      example: "location: hel1",
    }).optional(),
    hostKey: text(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) AAAA[A-Za-z0-9+/]+=*$/, {
      description:
        "The Storage Box's public SSH key, as `ssh-keyscan -p 23 HOST` shows it, for people who compared it. By default the database machine remembers the key of its first contact.",
      why: "the database machine sends backups to no other server",
      example: "hostKey: ssh-ed25519 AAAA…",
      form: "a public key in OpenSSH's form, without a comment",
    }).optional(),
  },
  {
    description: "The Storage Box that backups are kept on.",
    why: "a backup on the database's own machine would be lost with it",
    example: "storage: { type: bx11, location: hel1 }",
  },
);

const s3 = section(
  {
    endpoint: text(/^https:\/\/[^\s/]+\/?$/, {
      description:
        "Address of the S3-compatible server; the bucket becomes the first part of the path. A database machine of its own reaches it by IPv6 only.",
      why: "a bucket's name alone does not say where it is",
      example: "endpoint: https://fsn1.your-objectstorage.com",
      form: "an https address without a path",
    }),
    bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      description: "The bucket. It has to exist, and nothing else may use it.",
      why: "Holdfast deletes old backups there",
      example: "bucket: guestbook-backup",
      form: "3 to 63 lower-case letters, digits, dots and dashes",
    }),
    region: text(/^[a-z0-9-]+$/, {
      description: "Region that requests are signed for. By default us-east-1, which most servers take.",
      why: "it is part of each request's signature",
      example: "region: fsn1",
      form: "lower-case letters, digits and -",
    }).default("us-east-1"),
    ca: text(/^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, {
      description:
        "Certificates of the authority that signed the server's certificate, as PEM text. By default those that Debian trusts.",
      why: "a server that cannot prove who it is gets no backups",
      example: 'ca: "-----BEGIN CERTIFICATE-----…"',
      form: "certificates as PEM text, and no key",
      // Somebody may have pasted the private key here by mistake: errors must not show it.
      secret: true,
    }).optional(),
    accessKey: text(/^\S+$/, {
      description: `The bucket's access key. Write it by ${withKey}.`,
      why: "a bucket accepts no request without one",
      example: "accessKey: { secure: … }",
      form: "a key without blanks",
      secret: true,
    }).optional(),
    secretKey: text(/^\S+$/, {
      description: `The secret key to it. Write it by ${withKey}.`,
      why: "requests are signed with it",
      example: "secretKey: { secure: … }",
      form: "a key without blanks",
      secret: true,
    }).optional(),
  },
  {
    description: "A second place for the same backups: a bucket of an S3-compatible server. By default there is none.",
    why: "a provider that is lost must not take the database and its backups together",
    example: "s3: { endpoint: https://fsn1.your-objectstorage.com, bucket: guestbook-backup, region: fsn1 }",
  },
);

/** Backups of the database. Without this section there are none. */
export const backupSection = section(
  {
    storage: storage.prefault({}),
    retentionDays: wholeNumber(1, 3650, {
      description: "Days of history: the database can be restored to any second of them. By default 30.",
      why: "Holdfast deletes what is older, so that the storage does not fill up",
      example: "retentionDays: 30",
    }).default(30),
    token: text(/^\S+$/, {
      description:
        "An API token of a second Hetzner project, in which the Storage Box is then made. `pulumi up` alone uses it, so no token on a machine can delete backups. Write it by `pulumi config set --secret --path holdfast:backup.token`. By default the Storage Box is in the machines' project.",
      why: "it is sent in the head of a request",
      form: "a token without blanks",
      example: "token: { secure: … }",
      secret: true,
    }).optional(),
    s3: s3.optional(),
  },
  {
    description: "Encrypted backups of the database, away from it. By default there are none.",
    why: "a database without backups is lost with its volume",
    example: "holdfast:backup: { storage: { type: bx11, location: hel1 }, retentionDays: 30 }",
  },
);

/** The section as it stands in the file, with defaults; resolve/backup.ts makes a `Backup` of it. */
export type BackupSection = z.output<typeof backupSection>;
