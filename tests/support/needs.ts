import { readVariable } from "../../lib/environmentVariables";

/**
 * For tests of something that a computer may lack. `make test` as root brings everything of that kind here first and
 * says so: then such a test runs whatever is there, and fails in the words of what is missing. With Jest alone it is
 * skipped, and counted as that.
 */
const everythingIsHere = readVariable("HOLDFAST_TESTS_NEED") === "everything";

export function testWhere(there: boolean): jest.It {
  return there || everythingIsHere ? test : (test.skip as jest.It);
}

export function describeWhere(there: boolean): jest.Describe {
  return there || everythingIsHere ? describe : (describe.skip as jest.Describe);
}
