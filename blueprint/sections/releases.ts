import type { z } from "zod";
import { section, text, wholeNumber } from "../fields";

const withKey = "`pulumi config set --secret --path 'holdfast:releases.NAME' VALUE`";

/** Where built releases are kept, and how many of them. */
export const releasesSection = section(
  {
    store: text(/^\S+$/, {
      description:
        "A folder (its path starts at the folder of Pulumi.yaml), a bucket of an S3-compatible server (`s3://BUCKET` or `s3://BUCKET/FOLDER`, with `endpoint`), an https address, a folder of an SFTP server (`sftp://USER@HOST:PORT/FOLDER`, with `hostKey`), or `backup-storage`: an account of its own on the stack's Storage Box. By default the folder ./releases, which git ignores.",
      why: "`app.release: guestbook@1.4.0` is looked up there",
      example: "store: s3://releases",
      form: "a folder, s3://BUCKET, https://…, sftp://… or backup-storage",
    }).default("./releases"),
    endpoint: text(/^https?:\/\/[^\s/]+\/?$/, {
      description: "Address of the S3-compatible server; the bucket becomes the first part of the path.",
      why: "a bucket's name alone does not say where it is",
      example: "endpoint: https://nbg1.your-objectstorage.com",
      form: "an https address without a path",
    }).optional(),
    region: text(/^[a-z0-9-]+$/, {
      description: "Region that requests to the S3-compatible server are signed for. By default us-east-1.",
      why: "it is part of each request's signature",
      example: "region: nbg1",
      form: "lower-case letters, digits and -",
    }).default("us-east-1"),
    hostKey: text(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) AAAA[A-Za-z0-9+/]+=*$/, {
      description:
        "Public SSH key of the SFTP server, as `ssh-keyscan -p PORT HOST` shows it, for people who compared it. For `backup-storage` the first `pulumi up` remembers it.",
      why: "the machines run what the store has, so it has to be the right server",
      example: "hostKey: ssh-ed25519 AAAA…",
      form: "a public key in OpenSSH's form, without a comment",
    }).optional(),
    accessKey: text(/^\S+$/, {
      description: `The bucket's access key, or the user name at an https store. Write it by ${withKey}; without it, Holdfast takes $HOLDFAST_RELEASES_ACCESS_KEY.`,
      why: "the store accepts no request without one",
      example: "accessKey: { secure: … }",
      form: "a key without blanks",
      secret: true,
    }).optional(),
    secretKey: text(/^\S+$/, {
      description: `The secret key to it, or the password at an https or SFTP store. Write it by ${withKey}; without it, Holdfast takes $HOLDFAST_RELEASES_SECRET_KEY, and for an SFTP store the computer's SSH keys.`,
      why: "requests are signed with it",
      example: "secretKey: { secure: … }",
      form: "a key without blanks",
      secret: true,
    }).optional(),
    keep: wholeNumber(1, 1000, {
      description:
        "How many of the newest releases `holdfast release prune` keeps in the store. Releases that a stack names or runs always stay. By default twenty.",
      why: "a rollback needs the older release",
      example: "keep: 20",
    }).default(20),
  },
  {
    description: "Where built releases are kept.",
    why: "a release is built once, and found again for a rollback",
    example: "holdfast:releases: { store: s3://releases, endpoint: https://nbg1.your-objectstorage.com, region: nbg1 }",
  },
);

export type ReleasesSettings = z.output<typeof releasesSection>;
