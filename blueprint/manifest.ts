import type { z } from "zod";
import { listOf, section, text, wholeNumber } from "./fields";

/** One line that bash reads. YAML's folded text ends in a line break, which is none of the command's. */
const oneCommand = /^[^\s#][^\n]*(?<!(?:^|[^&\\])&\s*)\n?$/;
const oneLine =
  "one line for a shell (several commands: with && or in a script of the release), without & at its end: what is in the background ends with the shell";

const debug = section(
  {
    start: text(oneCommand, {
      description:
        "One command that starts an instance for debugging, in place of `start`. It finds the debugger's port in $DEBUG_PORT.",
      why: "`holdfast debug` takes an instance out of rotation and starts it with this command",
      example: "start: python3 -X dev guestbook.py",
      form: oneLine,
    }),
    port: wholeNumber(1024, 65_535, {
      description: "Port on 127.0.0.1 on which an instance waits for a debugger; it finds the number in $DEBUG_PORT.",
      why: "`holdfast debug` opens a tunnel to it, and ports below 1024 belong to the system",
      example: "port: 9229",
    }).optional(),
  },
  {
    description: "How an instance is started for debugging. By default with `start`, without a debug port.",
    why: "`holdfast debug` takes an instance out of rotation and starts it with this command",
    example: "debug: { start: node --inspect=127.0.0.1:9229 server.js, port: 9229 }",
  },
);

const schemaNumber = (description: string, example: string) =>
  wholeNumber(0, 1_000_000_000, {
    description,
    why: "a rollback compares it, to know whether the older release can work with the present schema",
    example,
  });

const databaseSchema = section(
  {
    number: schemaNumber(
      "Number of the database's schema that this release's migrations lead to. It grows with each migration.",
      "number: 7",
    ),
    livesWith: schemaNumber(
      "The newest schema that this release still works with, if later migrations only add things. By default its own.",
      "livesWith: 9",
    ).optional(),
  },
  {
    description:
      "Which database schema the release belongs to. Without it, a rollback past a release that has a `migrate` command asks first.",
    why: "a rollback brings back older code, and never an older schema",
    example: "schema: { number: 7, livesWith: 9 }",
  },
);

/** `holdfast.yaml` in a release: what the app says about itself. */
export const manifestSchema = section(
  {
    name: text(/^[a-z][a-z0-9-]{0,30}$/, {
      description: "The app's name.",
      why: "logs and pages show the app under this name",
      example: "name: guestbook",
      form: "lower-case letters, digits and -, at most 31 of them, starting with a letter",
    }),
    version: text(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/, {
      description: "The release's version; instances find it in $RELEASE.",
      why: "people and logs tell releases apart by their version",
      example: 'version: "1.2.0"',
      form: "text of letters, digits, and . _ + -, at most 63 of them (numbers in quotes)",
    }),
    start: text(oneCommand, {
      description:
        "One command that starts one instance, run in the release's folder. The instance listens on $PORT, keeps lasting files under $STATE_DIRECTORY, and ends on SIGTERM.",
      why: "each instance is started with it",
      example: "start: python3 guestbook.py",
      form: oneLine,
    }),
    health: text(/^\/[A-Za-z0-9/_.~%-]*$/, {
      description: "Path that an instance answers with 200 when it is ready.",
      why: "HAProxy asks for it twice a second",
      example: "health: /health",
      form: "a path that starts with /, without spaces or a query",
    }).default("/health"),
    migrate: text(oneCommand, {
      description:
        "One command that brings the database's schema to what this release needs. Each roll-out runs it once, on the first app machine, before the first new instance starts. Instances of the old release still serve then, so both releases have to work with the new schema. By default nothing is run.",
      why: "instances must not find a schema that they do not know",
      example: "migrate: python3 migrate.py",
      form: oneLine,
    }).optional(),
    schema: databaseSchema.optional(),
    debug: debug.optional(),
    packages: listOf(
      text(/^[a-z0-9][a-z0-9+.-]+$/, {
        description: "Name of a Debian package.",
        why: "apt-get installs it on each app machine",
        example: "python3",
        form: "the name of a Debian package",
      }),
      {
        description: "Debian packages that the app needs.",
        why: "machines have what Debian's base system has, and nothing else",
        example: "packages: [python3]",
      },
      { max: 100 },
    ).default([]),
  },
  {
    description: "What the app says about itself.",
    why: "a release tells how it is started and what it needs",
    example: "{ name: guestbook, version: 1.0.0, start: python3 guestbook.py }",
  },
);

/** A release's holdfast.yaml, checked, with every default filled in. */
export type Manifest = z.output<typeof manifestSchema>;
