import { tokenFingerprint } from "../../blueprint/tokenFingerprint";

test("tokens and stacks are told apart, and neither is told", () => {
  const token = "t".repeat(64);
  const print = tokenFingerprint("prod", token);
  expect(print).toMatch(/^[0-9a-f]{12}$/);
  expect(tokenFingerprint("prod", token)).toBe(print);
  expect(tokenFingerprint("prod", "u".repeat(64))).not.toBe(print);
  expect(tokenFingerprint("staging", token)).not.toBe(print);
});
