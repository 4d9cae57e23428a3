import { checkTarget, localTokenStart, officialEndpoint } from "../../blueprint/target";
import { LOCAL_TOKEN_PREFIX } from "../../local/identity";

const loopback = "http://127.0.0.1:7411/v1";
const localToken = LOCAL_TOKEN_PREFIX.padEnd(64, "x");
const realToken = "a".repeat(64);

test("the guard knows the tokens that local clouds make", () => {
  expect(LOCAL_TOKEN_PREFIX.startsWith(localTokenStart)).toBe(true);
});

test.each([
  ["local", loopback, localToken],
  ["local-2", "http://localhost:7411/v1", localToken],
  ["local", "http://[::1]:7411/v1", localToken],
  ["prod", officialEndpoint, realToken],
  ["localhost", officialEndpoint, realToken],
])("stack %s may work on %s", (stack, endpoint, token) => {
  expect(checkTarget(stack, { endpoint, token }, { preview: false })).toEqual([]);
});

test.each([
  ["local", officialEndpoint, localToken, "is not on this computer"],
  ["local-2", "http://10.0.0.1/v1", localToken, "is not on this computer"],
  ["local", "http://127.0.0.1.example.org/v1", localToken, "is not on this computer"],
  ["prod", loopback, realToken, "is a local cloud, but stack prod is not a local one"],
  ["staging", "http://localhost:7411/v1", realToken, "is a local cloud"],
  ["local", loopback, realToken, "is not a token of a local cloud"],
  ["prod", officialEndpoint, localToken, "is a token of a local cloud"],
  ["local", loopback, undefined, "is missing"],
  ["prod", officialEndpoint, undefined, "is missing"],
  ["prod", "api.hetzner.cloud", realToken, "is not a URL"],
  ["local", "file:///tmp/cloud", localToken, "is not a URL"],
])("stack %s may not work on %s (case %#)", (stack, endpoint, token, wrong) => {
  const problems = checkTarget(stack, { endpoint, token }, { preview: false });
  expect(problems).toHaveLength(1);
  expect(problems[0]?.wrong).toContain(wrong);
  expect(JSON.stringify(problems)).not.toContain(realToken);
});

test("a preview of a stack for Hetzner needs no token, that of a local one does", () => {
  expect(checkTarget("prod", { endpoint: officialEndpoint }, { preview: true })).toEqual([]);
  expect(checkTarget("local", { endpoint: loopback }, { preview: true })).toHaveLength(1);
});
