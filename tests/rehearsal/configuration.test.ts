import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { ConfigurationInputs } from "../../provider/machine/inputs";
import { back, front, Lab } from "./configuration/lab";
import { Stack } from "./configuration/stack";

jest.setTimeout(600_000);

const cfg = "/etc/haproxy/haproxy.cfg";
const secretFile = "/etc/haproxy/users";
const page = "/etc/haproxy/errors/page.http";
let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await Lab.open("configuration");
  stack = new Stack(lab.folder, lab.keyFile);
  await stack.pulumi("stack", "init", "test");
});
afterAll(() => lab.close());

const haproxy = (answer: string, mode = "http") => `defaults
  mode ${mode}
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend web
  bind *:80
  errorfile 503 ${page}
  http-request return status 200 content-type text/plain string "${answer}\\n"
`;

function frontInputs(answer: string, more: Partial<ConfigurationInputs> = {}, mode = "http"): ConfigurationInputs {
  return {
    machine: front.name,
    serverId: String(front.id),
    connection: lab.connection,
    packages: ["haproxy"],
    files: {
      [cfg]: { content: haproxy(answer, mode), validate: "haproxy -c -f %s" },
      [page]: { content: "HTTP/1.0 503 Service Unavailable\r\n\r\nsorry\n" },
      [secretFile]: { content: `token = correct-horse-7 ${answer}\n`, mode: "0600" },
      "/etc/rehearsal/answer": { content: `${answer}\n` },
    },
    units: [
      {
        name: "haproxy.service",
        reloadOn: [cfg, page],
        healthy: "curl -fsS http://127.0.0.1/ >/dev/null",
        timeout: 10,
      },
    ],
    checks: [
      { name: "the new page is served", command: `curl -fsS http://127.0.0.1/ | grep -qx ${answer}`, timeout: 10 },
    ],
    ...more,
  };
}

function backInputs(content = "back\n"): ConfigurationInputs {
  return {
    machine: back.name,
    serverId: String(back.id),
    connection: {
      host: back.address,
      user: lab.connection.user,
      via: [{ ...lab.connection, serverId: String(front.id) }],
    },
    files: { "/etc/motd": { content } },
  };
}

const write = (answer: string, more?: Partial<ConfigurationInputs>, mode?: string) => {
  stack.write({ front: frontInputs(answer, more, mode), back: backInputs() }, [secretFile]);
};
const served = async () => (await lab.inside(front.id, "curl -fsS http://127.0.0.1/")).trim();
const mainPid = () => lab.inside(front.id, "systemctl show -p MainPID --value haproxy");

test("two new machines are configured, one of them through the other; a second up changes nothing", async () => {
  write("one");
  const up = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(up).toContain("created");
  expect(await served()).toBe("one");
  expect(await lab.inside(back.id, "cat /etc/motd")).toBe("back\n");
  expect(await lab.inside(front.id, `stat -c '%a %U' ${secretFile}`)).toBe("600 root\n");
  const before = await lab.inside(
    front.id,
    "find /etc /var/lib/holdfast /usr/local -newer /etc/rehearsal/answer | sort",
  );
  expect(await stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
  expect(await stack.pulumi("refresh", "--yes", "--expect-no-changes")).toContain("unchanged");
  const after = await lab.inside(
    front.id,
    "find /etc /var/lib/holdfast /usr/local -newer /etc/rehearsal/answer | sort",
  );
  expect(after).toBe(before);
});

test("a preview shows the lines, foretells the reload, and keeps secrets", async () => {
  stack.write({ front: frontInputs("two"), back: backInputs("changed\n") }, [secretFile]);
  const preview = await stack.pulumi("preview", "--diff");
  expect(preview).toMatch(/- .*return status 200.*"one/);
  expect(preview).toMatch(/\+ .*return status 200.*"two/);
  expect(preview).toContain("front will reload haproxy.service");
  expect(preview).toMatch(/users\s*: \{\s*~ content: \[secret\] => \[secret\]/);
  expect(preview).not.toContain("correct-horse-7");
});

test("a change reloads and does not restart", async () => {
  const pid = await mainPid();
  write("two");
  await stack.pulumi("up", "--yes", "--skip-preview");
  expect(await served()).toBe("two");
  expect(await mainPid()).toBe(pid);
});

test("a broken file is refused on the machine with the validator's own words, without its secrets", async () => {
  // The validator quotes the word, which is part of a secret as well.
  write("three", {}, "correct-horse-7");
  const { code, output } = await stack.try("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("unknown proxy mode '[secret]'");
  expect(output).toContain(cfg);
  expect(output).not.toContain("correct-horse-7");
  expect(await served()).toBe("two");
  expect(await lab.inside(front.id, "cat /etc/rehearsal/answer")).toBe("two\n");
});

test("a unit that does not become healthy is put back", async () => {
  const unit = { name: "haproxy.service", reloadOn: [cfg], healthy: "echo still sick; exit 7", timeout: 1 };
  write("four", { units: [unit] });
  const { output } = await stack.try("up", "--yes", "--skip-preview");
  expect(output).toContain("still sick");
  expect(output).toContain("The old configuration is back");
  expect(await served()).toBe("two");
});

test("what somebody changed by hand is found by a refresh and put right by up", async () => {
  write("two");
  await lab.inside(
    front.id,
    "echo by hand >>/etc/rehearsal/answer; chmod 644 /etc/haproxy/users; systemctl stop haproxy",
  );
  const preview = await stack.pulumi("preview", "--refresh", "--diff");
  expect(preview).toMatch(/- .*by hand/);
  expect(preview).toMatch(/~ mode\s*: "0644" => "0600"/);
  await stack.pulumi("up", "--yes", "--skip-preview", "--refresh");
  expect(await lab.inside(front.id, "cat /etc/rehearsal/answer")).toBe("two\n");
  expect(await lab.inside(front.id, `stat -c %a ${secretFile}`)).toBe("600\n");
  expect(await served()).toBe("two");
});

test("kill -9 of the command at any moment leaves the old configuration or the new one", async () => {
  const seen = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    const [old, next] = round % 2 ? ["odd", "even"] : ["even", "odd"];
    write(old);
    await stack.pulumi("cancel", "--yes");
    await stack.pulumi("up", "--yes", "--skip-preview");
    write(next);
    const child = stack.start("up", "--yes", "--skip-preview");
    await pause(500 + Math.random() * 3_500);
    killGroup(child.pid);
    await applyEnded();
    const state = [
      await served(),
      ...(await lab.inside(front.id, `cat /etc/rehearsal/answer ${secretFile}`)).split("\n"),
    ];
    expect([whole(old), whole(next)]).toContainEqual(state);
    seen.add(state[0] === next ? "new" : "old");
  }
  expect(seen).toContain("old");
});

test("kill -9 on the machine, and a power cut, bring the old configuration back", async () => {
  await stack.pulumi("cancel", "--yes");
  write("steady");
  await stack.pulumi("up", "--yes", "--skip-preview");
  const slow = [{ name: "slow", command: "sleep 20; false", timeout: 60 }];
  write("killed", { checks: slow });
  const killed = stack.try("up", "--yes", "--skip-preview");
  await lab.until(front.id, "grep -q killed /etc/rehearsal/answer");
  await lab.inside(front.id, "systemctl kill --signal=KILL --kill-whom=main 'holdfast-apply@*.service'");
  expect((await killed).output).toContain("cut on the machine");
  expect([await served(), await lab.inside(front.id, "cat /etc/rehearsal/answer")]).toEqual(["steady", "steady\n"]);

  write("unplugged", { checks: slow });
  const unplugged = stack.try("up", "--yes", "--skip-preview");
  await lab.until(front.id, "grep -q unplugged /etc/rehearsal/answer");
  await lab.powerCut(front.id);
  expect((await unplugged).output).toContain("cut on the machine");
  expect([await served(), await lab.inside(front.id, "cat /etc/rehearsal/answer")]).toEqual(["steady", "steady\n"]);
});

test("Ctrl-C puts the old configuration back within seconds", async () => {
  write("steady");
  await stack.pulumi("up", "--yes", "--skip-preview");
  write("interrupted", { checks: [{ name: "slow", command: "sleep 50; false", timeout: 60 }] });
  const child = stack.start("up", "--yes", "--skip-preview");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await lab.until(front.id, "grep -q interrupted /etc/rehearsal/answer");
  const pressed = Date.now();
  child.kill("SIGINT");
  expect(await ended).not.toBe(0);
  expect(Date.now() - pressed).toBeLessThan(15_000);
  expect([await served(), await lab.inside(front.id, "cat /etc/rehearsal/answer")]).toEqual(["steady", "steady\n"]);
});

test("files and units that leave the list are removed and stopped", async () => {
  const files = { ...frontInputs("steady").files };
  Reflect.deleteProperty(files, secretFile);
  stack.write({ front: frontInputs("steady", { files, units: [], checks: [] }), back: backInputs() });
  await stack.pulumi("up", "--yes", "--skip-preview");
  expect(await lab.inside(front.id, `test -e ${secretFile} || echo gone`)).toBe("gone\n");
  expect(await lab.inside(front.id, "systemctl is-active haproxy; systemctl is-enabled haproxy; true")).toBe(
    "inactive\ndisabled\n",
  );
  write("steady");
  await stack.pulumi("up", "--yes", "--skip-preview");
});

test("a machine that is off does not stop the refresh of the others, and costs seconds", async () => {
  await lab.driver.stop(back.id, "power");
  const started = Date.now();
  const refresh = await stack.pulumi("refresh", "--yes");
  expect(refresh).toContain("back did not answer, so its recorded state is kept");
  expect(Date.now() - started).toBeLessThan(45_000);
  expect(await stack.pulumi("preview")).toContain("unchanged");
  await lab.driver.start(back.id);
});

test("a changed host key stops everything, and says what to do", async () => {
  await lab.inside(
    front.id,
    "rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh; test -e /etc/ssh/ssh_host_ed25519_key",
  );
  write("five");
  const { code, output } = await stack.try("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("shows another host key than at the first contact");
  expect(output).toContain("--target-replace");
  const urn = (await stack.pulumi("stack", "--show-urns")).match(/urn:\S+Configuration::front/)?.[0] ?? "";
  await stack.pulumi("up", "--yes", "--skip-preview", "--target-replace", urn);
  expect(await served()).toBe("five");
});

test("a wrong key fails early, and names the setting", async () => {
  stack.environment.HOLDFAST_SSH_KEY_FILE = `${lab.folder}/other`;
  expect(existsSync(stack.environment.HOLDFAST_SSH_KEY_FILE)).toBe(true);
  write("six");
  const started = Date.now();
  const { code, output } = await stack.try("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("refuses the key for user");
  expect(output).toContain("HOLDFAST_SSH_KEY_FILE");
  expect(Date.now() - started).toBeLessThan(30_000);
});

/** The command and its plugins; those that have ended already are no failure. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function whole(answer: string): string[] {
  return [answer, answer, `token = correct-horse-7 ${answer}`, ""];
}

/** The machine carries an apply to its end by itself; a person who looks a second later sees that end. */
async function applyEnded(): Promise<void> {
  await lab.until(
    front.id,
    "! systemctl list-units --all --plain --no-legend 'holdfast-apply@*' | grep -Eq ' (active|activating|deactivating) '",
  );
}
