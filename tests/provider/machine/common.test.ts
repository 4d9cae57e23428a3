import { runPython } from "../../support/python";

test("the library's own tests pass", () => runPython(__dirname, "test_common"), 60_000);
