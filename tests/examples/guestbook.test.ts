import { join } from "node:path";
import { runPython } from "../support/python";

// The app is Python, and so are its tests.
test("the guestbook's own tests pass", () => runPython(join(__dirname, "guestbook"), "discover"), 60_000);
