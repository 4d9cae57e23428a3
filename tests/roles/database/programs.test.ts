import { join } from "node:path";
import { runPython } from "../../support/python";

test.each([".", "backup", "pause"])(
  "the programs' own tests pass: %s",
  (folder) => runPython(join(__dirname, folder), "discover"),
  60_000,
);
