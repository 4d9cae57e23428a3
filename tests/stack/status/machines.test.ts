import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePair } from "../../../provider/keys/makePair";
import { askMachines } from "../../../stack/status/machines";
import { Sshd, type SshdOptions } from "../../support/sshd";
import { testFolder } from "../../support/folder";

const admin = makePair();
const host = makePair();
const keyFile = join(testFolder(), "admin");
const running: Sshd[] = [];

beforeAll(() => {
  writeFileSync(keyFile, admin.private, { mode: 0o600 });
});
afterEach(async () => {
  for (const sshd of running.splice(0)) await sshd.stop();
});

async function start(options: Partial<SshdOptions> = {}) {
  const sshd = await Sshd.start({ authorized: admin.public, hostKey: host.private, ...options });
  running.push(sshd);
  const hostKey = host.public.split(" ").slice(0, 2).join(" ");
  return { host: "127.0.0.1", port: sshd.port, user: "root", hostKey };
}

/** Seconds. */
const limit = 0.5;

test("a machine that is slower than the limit is waited for, as long as it took the connection", async () => {
  // A busy computer has its own share in how slow it is.
  const patient = 6 * limit;
  const way = { machine: "app-1", serverId: "1", jumps: [], ...(await start({ slow: patient * 1000 })) };
  const answers = await askMachines([way], { limit: patient, keyFile });
  expect(answers.get("app-1")).toMatchObject({ probe: { now: expect.any(Number) as number } });
}, 30_000);

test("one that is too slow for any patience is called slow, not silent", async () => {
  const way = { machine: "app-1", serverId: "1", jumps: [], ...(await start({ slow: 60_000 })) };
  const answers = await askMachines([way], { limit, keyFile });
  expect(answers.get("app-1")).toEqual({
    unreachable: "slow: it accepts connections, but does not answer within 2 s; --timeout SECONDS gives it more",
  });
});

test("one that takes no connection costs no patience", async () => {
  const jump = await start({ leadsNowhere: true });
  const way = { machine: "app-1", serverId: "1", jumps: [jump], ...jump, host: "10.0.1.41", port: 22 };
  const started = performance.now();
  const answers = await askMachines([way], { limit, keyFile });
  expect(answers.get("app-1")).toEqual({
    unreachable: "10.0.1.41 (through 127.0.0.1) does not answer within 0.5 s; --timeout SECONDS gives it more",
  });
  // Far from the four limits that a slow one has; a busy computer takes its time as well.
  expect(performance.now() - started).toBeLessThan(3 * limit * 1000);
});
