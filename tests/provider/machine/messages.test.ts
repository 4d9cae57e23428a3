import { parseCloudInit } from "../../../provider/machine/apply/cloudInit";
import { redact } from "../../../provider/machine/apply/redact";
import { toRequest } from "../../../provider/machine/apply/request";
import { explainError } from "../../../provider/ssh/failures";
import { algorithmsFor, formatHostKey } from "../../../provider/ssh/hostKeys";
import { quote } from "../../../lib/text";
import { waitingLimit } from "../../../provider/ssh/waiting";

describe("secrets in a machine's messages", () => {
  const secrets = ["user admin password hunter2-hunter2\nshort\n"];

  test.each([
    ["a whole line", "near: user admin password hunter2-hunter2", "near: [secret]"],
    ["a word of it", "bad token 'hunter2-hunter2' here", "bad token '[secret]' here"],
  ])("%s goes", (_what, text, expected) => {
    expect(redact(text, secrets)).toBe(expected);
  });

  test("ordinary words stay readable", () => {
    expect(redact("the user admin has a short password", secrets)).toBe("the user admin has a short password");
  });
});

describe("cloud-init", () => {
  test("is not there, runs, is through, has failed", () => {
    expect(parseCloudInit(["none"])).toMatchObject({ state: "none", errors: [] });
    expect(parseCloudInit(["running", '{"v1": {"stage": "modules-final"}}'])).toMatchObject({ stage: "modules-final" });
    expect(parseCloudInit(["running"])).toMatchObject({ state: "running" });
    expect(parseCloudInit(["ended", '{"v1": {"errors": []}}', "log"])).toMatchObject({ state: "ended", errors: [] });
    const failed = parseCloudInit(["ended", '{"v1": {"errors": ["runcmd failed"]}}', "line 1", "line 2"]);
    expect(failed).toMatchObject({ errors: ["runcmd failed"], log: "line 1\nline 2" });
  });
});

describe("why a machine is not reached", () => {
  test.each([
    [{ code: "ECONNREFUSED" }, "refused"],
    [{ code: "EHOSTUNREACH" }, "noRoute"],
    [{ code: "ENETUNREACH" }, "noRoute"],
    [{ level: "client-timeout" }, "timeout"],
    [{ level: "client-authentication" }, "keyRefused"],
    [{ code: 2, message: "Too many authentication failures" }, "keyRefused"],
    [{ code: "ENOTFOUND" }, "unknownHost"],
    [{ message: "Connection lost before handshake" }, "closed"],
    [{ message: "(SSH) Channel open failure: Connection refused" }, "refused"],
  ] as const)("%j is %s", (error, reason) => {
    expect(explainError(Object.assign(new Error("x"), error), "lb-1")).toMatchObject({ reason });
  });

  test("the limit comes from the environment, and a wrong one is named", () => {
    expect(waitingLimit({})).toBe(300);
    expect(waitingLimit({ HOLDFAST_SSH_TIMEOUT: "12.5" })).toBe(12.5);
    expect(() => waitingLimit({ HOLDFAST_SSH_TIMEOUT: "soon" })).toThrow("HOLDFAST_SSH_TIMEOUT=soon");
  });
});

test("host keys are pinned as OpenSSH writes them, and only their kind is asked for again", () => {
  const type = Buffer.from("ssh-ed25519");
  const raw = Buffer.concat([Buffer.from([0, 0, 0, type.length]), type, Buffer.from("key")]);
  expect(formatHostKey(raw)).toBe(`ssh-ed25519 ${raw.toString("base64")}`);
  expect(algorithmsFor(formatHostKey(raw))).toEqual(["ssh-ed25519"]);
  expect(algorithmsFor("ssh-rsa AAAA")).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
  expect(algorithmsFor(undefined)).toBeUndefined();
});

test("a word for the shell stays one word", () => {
  expect(quote("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});

test("a request has every default filled in", () => {
  const request = toRequest(
    {
      machine: "a",
      serverId: "1",
      connection: { host: "h", user: "u" },
      files: { "/a": { content: "x", mode: "644" } },
      units: [{ name: "a.service" }, { name: "b.service", state: "stopped" }],
    },
    "id",
    "a@1",
  );
  expect(request.files["/a"]).toEqual({ content: "x", mode: "0644", owner: "root", group: "root" });
  expect(request.units).toMatchObject([
    { enabled: true, state: "running", timeout: 30, healthyFor: 0 },
    { enabled: false, state: "stopped" },
  ]);
  expect(request).not.toHaveProperty("lease");
});

test("a request carries the lease it is made under, and what its archives need", () => {
  const archive = { source: "/tmp/guestbook.tar.zst", sha256: "a".repeat(64), label: "guestbook 1.4.0" };
  const inputs = {
    machine: "app-1",
    serverId: "1",
    connection: { host: "h", user: "u" },
    archives: { "/opt/app/release": archive },
  };
  const lease = { generation: 7, owner: "anna", reason: "pulumi up", confirm: () => undefined };
  const request = toRequest(inputs, "id", "a@1", lease);
  expect(request.lease).toEqual({ generation: 7, owner: "anna", reason: "pulumi up" });
  expect(request.packages).toEqual(["zstd"]);
  expect(request.archives["/opt/app/release"]).toEqual({
    sha256: archive.sha256,
    owner: "root",
    group: "root",
    keep: 2,
    label: "guestbook 1.4.0",
  });
});
