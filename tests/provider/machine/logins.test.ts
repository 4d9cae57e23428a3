import { runPython } from "../../support/python";

test("who is logged in, by sshd's log and logind's sessions", () => runPython(__dirname, "test_logins"), 60_000);
