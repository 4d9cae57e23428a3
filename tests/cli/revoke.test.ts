import { fingerprintOf, type AdminKey } from "../../blueprint/sshKeys";
import { requireAnotherKey, requireOtherLogin, said } from "../../cli/revoke";
import { visits } from "../../cli/who";
import { makePair } from "../../provider/keys/makePair";
import type { Reply } from "../../stack/ssh/askEach";
import type { People } from "../../stack/people/program";

function key(comment: string, more: Partial<AdminKey> = {}): AdminKey {
  const [type = "", body = ""] = makePair().public.split(" ");
  return { type, body, comment, ...more };
}

const [ana, bob] = [key("ana"), key("bob")];
const people = (own: AdminKey, more: Partial<People> = {}): { said: People } => ({
  said: { own: fingerprintOf(own), open: [], last: [], listed: {}, ...more },
});

describe("revoke refuses", () => {
  const admin = (...sshKeys: AdminKey[]) => ({ sshKeys, revokedKeys: [], allowFrom: [] });

  test("to take the last valid key", () => {
    expect(() => requireAnotherKey(admin(ana, bob), [bob])).not.toThrow();
    expect(() => requireAnotherKey(admin(ana, bob), [ana, bob])).toThrow(/no key that is valid.*Nothing was done/);
    const old = key("old", { expires: "2020-01-31" });
    expect(() => requireAnotherKey(admin(old, bob), [bob])).toThrow("no key that is valid");
  });

  test("the key that it is logged in with, on whichever machine", () => {
    const asked = new Map([
      ["app-1", people(ana)],
      ["app-2", people(bob)],
    ]);
    expect(() => requireOtherLogin(asked, [bob])).toThrow(/yourself \(on app-2\).*HOLDFAST_SSH_KEY_FILE/);
    expect(() => requireOtherLogin(asked, [key("eve")])).not.toThrow();
  });

  test("to do half of it when no machine answers, and says why each does not", () => {
    const asked = new Map([["app-1", { unreachable: "10.0.1.41 does not answer" }]]);
    expect(() => requireOtherLogin(asked, [bob])).toThrow(/nothing was done:\n {2}app-1: 10\.0\.1\.41 does not answer/);
  });
});

test("what was done on a machine, in words", () => {
  expect(said({ was: ["SHA256:x"], ended: [], unknown: [] })).toBe("refused from now on; no session with it");
  const ended = [{ at: 1_796_086_126, source: "198.51.100.7", fingerprint: "SHA256:x" }];
  expect(said({ was: [], ended, unknown: ["session-3.scope"] })).toMatch(
    /not accepted before either; 1 ended: from 198\.51\.100\.7 since 2026-.*systemctl kill session-3\.scope/,
  );
});

test("who: open sessions first, people by the settings' names, machines that did not answer named", () => {
  const login = (at: number, of: AdminKey) => ({ at, source: "198.51.100.7", fingerprint: fingerprintOf(of) });
  const replies = new Map<string, Reply<People>>([
    ["app-1", people(ana, { open: [login(100, bob)], last: [login(100, bob), login(300, ana)] })],
    ["app-2", { unreachable: "does not answer" }],
  ]);
  const { visits: rows, unreachable } = visits(replies, new Map([[fingerprintOf(bob), "bob"]]));
  expect(rows.map(({ person, now, since }) => [person, now, since])).toEqual([
    ["bob", true, "1970-01-01T00:01:40Z"],
    ["a key that the settings do not name", false, "1970-01-01T00:05:00Z"],
  ]);
  expect(unreachable).toEqual([{ machine: "app-2", reason: "does not answer" }]);
});
