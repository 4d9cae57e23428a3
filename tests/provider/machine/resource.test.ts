import { checkInputs } from "../../../provider/machine/resource/check";
import { diffInputs } from "../../../provider/machine/resource/diff";
import { describeChange, isAboutUnits } from "../../../provider/machine/resource/describeChange";
import { toActualInputs } from "../../../provider/machine/resource/read";
import { plainInputs, secretTexts } from "../../../provider/machine/resource/values";
import { Secret, UNKNOWN, type Values } from "../../../provider/grpc/types";

const good = (): Values => ({
  machine: "lb-1",
  serverId: "42",
  connection: { host: "203.0.113.10", user: "holdfast" },
  packages: ["haproxy"],
  files: { "/etc/haproxy/haproxy.cfg": { content: "one\n", validate: "haproxy -c -f %s" } },
  units: [{ name: "haproxy.service", reloadOn: ["/etc/haproxy/haproxy.cfg"] }],
});

const sha256 = "a".repeat(64);

describe("check", () => {
  test("takes good inputs as they are", () => {
    expect(checkInputs(good())).toEqual({ inputs: good(), failures: [] });
  });

  test("judges nothing that is not known yet, and sees through secrets", () => {
    const unknown = { ...good(), serverId: UNKNOWN, connection: UNKNOWN, units: UNKNOWN };
    expect(checkInputs(unknown).failures).toEqual([]);
    const secret = {
      ...good(),
      files: new Secret({ "/etc/a": { content: new Secret("x"), mode: "0600" } }),
      units: [],
    };
    expect(checkInputs(secret).failures).toEqual([]);
  });

  test.each<[string, Values, string, RegExp]>([
    ["a relative path", { files: { "etc/a": { content: "" } } }, 'files["etc/a"]', /absolute path/],
    ["a mode as a number", { files: { "/a": { content: "", mode: 644 } } }, 'files["/a"].mode', /in quotes/],
    ["a mode that is not octal", { files: { "/a": { content: "", mode: "0888" } } }, 'files["/a"].mode', /octal/],
    ["content that is no text", { files: { "/a": { content: 1 } } }, 'files["/a"].content', /text/],
    [
      "a validator that validates nothing",
      { files: { "/a": { content: "", validate: "true" } } },
      'files["/a"].validate',
      /%s/,
    ],
    ["an owner with a colon", { files: { "/a": { content: "", owner: "a:b" } } }, 'files["/a"].owner', /user/],
    ["a short checksum", { archives: { "/opt/a": { source: ".", sha256: "ab" } } }, 'archives["/opt/a"].sha256', /64/],
    ["a unit without its kind", { units: [{ name: "haproxy" }] }, "units[0].name", /haproxy.service/],
    ["a unit twice", { units: [{ name: "a.service" }, { name: "a.service" }] }, "units[1].name", /twice/],
    [
      "an unknown state",
      { units: [{ name: "a.service", state: "up" }] },
      "units[0].state",
      /running, stopped, oneshot/,
    ],
    [
      "a path that nobody writes",
      { units: [{ name: "a.service", restartOn: ["/b"] }] },
      "units[0].restartOn[0]",
      /neither/,
    ],
    ["a negative timeout", { checks: [{ name: "n", command: "c", timeout: -1 }] }, "checks[0].timeout", /seconds/],
    [
      "a unit healthy for less than no time",
      { units: [{ name: "a.service", healthy: "true", healthyFor: -1 }] },
      "units[0].healthyFor",
      /seconds/,
    ],
    [
      "a time to be healthy for, without a way to tell",
      { units: [{ name: "a.service", healthyFor: 3 }] },
      "units[0].healthyFor",
      /no `healthy`/,
    ],
    [
      "a drain that is no command",
      { units: [{ name: "a.service", beforeStop: " " }] },
      "units[0].beforeStop",
      /shell command/,
    ],
    [
      "a command that would never run",
      { units: [{ name: "a.service", state: "oneshot", afterHealthy: "true" }] },
      "units[0].afterHealthy",
      /never run/,
    ],
    [
      "a label of two lines",
      { archives: { "/a": { source: ".", sha256, label: "a\nb" } } },
      'archives["/a"].label',
      /one line/,
    ],
    ["no archive to keep", { archives: { "/a": { source: ".", sha256, keep: 0 } } }, 'archives["/a"].keep', /1 to 100/],
    ["a lease without a host", { lease: { user: "u" } }, "lease.host", /address/],
    ["a package with a blank", { packages: ["ha proxy"] }, "packages[0]", /Debian package/],
    ["an option as a package", { packages: ["--reinstall"] }, "packages[0]", /Debian package/],
    ["no host", { connection: { user: "u" } }, "connection.host", /address/],
    ["a port out of range", { connection: { host: "h", user: "u", port: 70000 } }, "connection.port", /65535/],
    [
      "a jump host without a user",
      { connection: { host: "h", user: "u", via: [{ host: "j" }] } },
      "connection.via[0].user",
      /user/,
    ],
    ["a machine that is a path", { machine: "../a" }, "machine", /name of a machine/],
  ])("refuses %s", (_what, change, property, reason) => {
    const failures = checkInputs({ ...good(), units: [], ...change }).failures ?? [];
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) as string }]);
  });

  test("never shows a secret in its refusal", () => {
    const { failures } = checkInputs({
      ...good(),
      units: [],
      files: { "/a": { content: "", owner: new Secret("a:hunter2") } },
    });
    expect(JSON.stringify(failures)).not.toContain("hunter2");
  });
});

describe("diff", () => {
  test("another server is another machine; nothing else replaces", () => {
    expect(diffInputs(good(), { ...good(), files: {} }).replaces).toEqual([]);
    expect(diffInputs(good(), { ...good(), serverId: "43" }).replaces).toEqual(["serverId"]);
    expect(diffInputs(good(), { ...good(), serverId: UNKNOWN }).replaces).toEqual(["serverId"]);
  });

  test("sees no change where the same archive lies elsewhere on another computer", () => {
    const at = (source: string, digit: string) => ({
      ...good(),
      archives: { "/opt/app/release": { source, sha256: digit.repeat(64) } },
    });
    expect(diffInputs(at("/home/anna/app", "a"), at("/builds/app", "a"))).toEqual({ changes: false });
    expect(diffInputs(at("/home/anna/app", "a"), at("/home/anna/app", "b")).changes).toBeUndefined();
  });
});

describe("foretell", () => {
  const withFile = (content: unknown): Values => ({ ...good(), files: { "/etc/haproxy/haproxy.cfg": { content } } });

  test("says who is reloaded, restarted, started, stopped", () => {
    expect(describeChange(good(), withFile("two\n"))).toBe("lb-1 will reload haproxy.service");
    expect(describeChange(good(), { ...good(), units: [] })).toBe("lb-1 will stop haproxy.service");
    const more = [{ name: "app@1.service" }, ...(good().units as Values[])];
    expect(describeChange(good(), { ...good(), units: more, packages: ["haproxy", "socat"] })).toBe(
      "lb-1 will install socat, start app@1.service",
    );
  });

  test("says the same in a form that previews know it by", () => {
    expect(isAboutUnits(describeChange(good(), withFile("two\n")) ?? "")).toBe(true);
    const another = describeChange(release("guestbook 1.3.0", "a"), release("guestbook 1.4.0", "b"));
    expect(isAboutUnits(another ?? "")).toBe(false);
  });

  const release = (label: string | undefined, digit: string): Values => ({
    machine: "app-1",
    archives: { "/opt/app/release": { source: "r", sha256: digit.repeat(64), ...(label && { label }) } },
    units: [1, 2].map((number) => ({ name: `app@${String(number)}.service`, restartOn: ["/opt/app/release"] })),
  });

  test("names the release that a machine gets, and the one that it has", () => {
    expect(describeChange(release("guestbook 1.3.0", "a"), release("guestbook 1.4.0", "b"))).toBe(
      "guestbook 1.3.0 → 1.4.0 on app-1: will restart app@1.service, app@2.service one after the other",
    );
    expect(describeChange(release("guestbook 1.3.0", "a"), release("shop 1.0", "b"))).toContain(
      "guestbook 1.3.0 → shop 1.0",
    );
    expect(describeChange(release(undefined, "a"), release("guestbook 1.4.0", "b"))).toMatch(
      /^guestbook 1.4.0 on app-1: will/,
    );
    expect(describeChange(release("guestbook 1.3.0", "a"), release("guestbook 1.3.1", "a"))).toBeUndefined();
  });

  test("has nothing to say when nothing is touched, not even of another validator", () => {
    expect(describeChange(good(), good())).toBeUndefined();
    expect(describeChange(good(), withFile("one\n"))).toBeUndefined();
  });

  test("takes what is not known yet for a change, and compares secrets", () => {
    expect(describeChange(good(), withFile(UNKNOWN))).toBe("lb-1 will reload haproxy.service");
    expect(describeChange(withFile(new Secret("a")), withFile(new Secret("b")))).toBe(
      "lb-1 will reload haproxy.service",
    );
    expect(describeChange(withFile(new Secret("a")), withFile(new Secret("a")))).toBeUndefined();
  });
});

describe("a refresh", () => {
  const running = { ActiveState: "active", UnitFileState: "enabled" };
  const asApplied = { kind: "file", mode: "0644", owner: "root", group: "root" } as const;
  const cfg = "/etc/haproxy/haproxy.cfg";
  const actual = (inputs: Values, found: object) =>
    toActualInputs(inputs, plainInputs(inputs), {
      files: { [cfg]: asApplied },
      archives: {},
      units: { "haproxy.service": running },
      missingPackages: [],
      ...found,
    });

  test("leaves inputs as written when the machine agrees", () => {
    expect(actual(good(), {})).toEqual(good());
  });

  test("shows what is different: content, mode, owner, a unit that is off, a package that went", () => {
    const found = {
      files: { [cfg]: { ...asApplied, mode: "0666", owner: "app", content: "by hand" } },
      units: { "haproxy.service": { ActiveState: "failed", UnitFileState: "disabled" } },
      missingPackages: ["haproxy"],
    };
    expect(actual(good(), found)).toMatchObject({
      packages: [],
      files: { [cfg]: { content: "by hand", mode: "0666", owner: "app" } },
      units: [{ state: "stopped", enabled: false }],
    });
  });

  test("a file that is gone is gone from the list", () => {
    expect(actual(good(), { files: { [cfg]: null } }).files).toEqual({});
  });

  test("keeps secret what was secret, also what somebody wrote there by hand", () => {
    const inputs = { ...good(), files: { [cfg]: { content: new Secret("hunter2") } } };
    const files = actual(inputs, { files: { [cfg]: { ...asApplied, content: "hunter3" } } }).files as Values;
    expect((files[cfg] as Values).content).toEqual(new Secret("hunter3"));
    expect(JSON.stringify(files)).not.toContain("hunter");
  });
});

test("all secret texts are found, at any depth", () => {
  expect(secretTexts({ a: new Secret({ b: ["x", "y"] }), c: { d: new Secret("z") }, e: "plain" })).toEqual([
    "x",
    "y",
    "z",
  ]);
});
