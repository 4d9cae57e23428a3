import type { z } from "zod";
import { section, listOf, text } from "./fields";

/** `holdfast.yaml` in a release: what the app says about itself. */
export const manifestSchema = section(
  {
    name: text(/^[a-z][a-z0-9-]{0,30}$/, {
      description: "The app's name.",
      why: "logs and pages name the app by it",
      example: "name: guestbook",
      form: "lower-case letters, digits and -, at most 31 of them, starting with a letter",
    }),
    version: text(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/, {
      description: "The release's version; instances find it in $RELEASE.",
      why: "people and logs tell releases apart by it",
      example: 'version: "1.2.0"',
      form: "text of letters, digits, and . _ + -, at most 63 of them (numbers in quotes)",
    }),
    start: text(/^\S[^\n]*$/, {
      description:
        "One command that starts one instance, run in the release's folder. The instance listens on $PORT, keeps what has to last under $STATE_DIRECTORY, and ends on SIGTERM.",
      why: "each instance is started by it",
      example: "start: python3 guestbook.py",
      form: "one line",
    }),
    health: text(/^\/[A-Za-z0-9/_.~%-]*$/, {
      description: "Path that is answered with 200 when the instance is ready.",
      why: "HAProxy asks for it twice a second",
      example: "health: /health",
      form: "a path that starts with /, without spaces or a query",
    }).default("/health"),
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

export type Manifest = z.output<typeof manifestSchema>;
