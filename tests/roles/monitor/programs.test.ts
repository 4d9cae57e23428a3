import { runPython } from "../../support/python";

test("the program that makes figures passes its own tests", () => runPython(__dirname, "discover"), 60_000);
