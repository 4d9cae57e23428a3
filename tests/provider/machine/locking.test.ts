import { pythonTests } from "../../support/python";

test.each(pythonTests(__dirname, "test_locking", "LockingTest"))("$name", ({ run }) => run(), 60_000);
