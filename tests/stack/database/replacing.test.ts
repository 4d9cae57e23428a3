import { replaceDatabase } from "../../../stack/database/replacing";
import { UserError } from "../../../lib/errors";
import type { Target } from "../../../stack/ssh/targets";

const appMachines = ["app-1", "app-2", "app-3"].map((machine): Target => ({
  machine,
  serverId: "",
  host: "",
  port: 22,
  user: "",
  jumps: [],
  roles: ["app"],
}));

/** A stack whose machines answer as the test says; gives what they were told, in order, and how it ended. */
async function replace({
  pause = () => ({}),
  start = () => Promise.resolve(""),
  follow = () => Promise.resolve(0),
  migrate = true,
  atWork = [""],
}: {
  pause?: (line: string) => { away?: string };
  start?: () => Promise<string>;
  follow?: () => Promise<number>;
  migrate?: boolean;
  /** What replaces the database, each time that it is asked; the last one is what it stays at. */
  atWork?: string[];
} = {}) {
  const told: string[] = [];
  const tell = (_stack: string, { machine }: Target, command: readonly string[]) => {
    const line = `${machine} ${command.join(" ")}`;
    told.push(line);
    return Promise.resolve().then(() => ({ machine, ...pause(line) }));
  };
  const database = {
    stack: "prod",
    appMachines,
    tell: ([verb]: readonly string[]) => {
      if (verb === "replacing") return Promise.resolve(`${(atWork.length > 1 ? atWork.shift() : atWork[0]) ?? ""}\n`);
      return (told.push(`database ${verb}`), start());
    },
    follow: () => (told.push("database follow"), follow()),
  };
  const ended = await replaceDatabase(database, "restore", {}, { migrate }, tell).catch(
    (error: unknown) => (error as Error).message,
  );
  return { told, ended };
}

let said: jest.SpyInstance;
beforeEach(() => {
  jest.spyOn(console, "log").mockImplementation();
  said = jest.spyOn(console, "error").mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

const begun = ["app-1 begin", "app-2 begin", "app-3 begin"];
const ended = ["app-1 end", "app-2 end", "app-3 end"];

test("all machines stop before the database is touched, and start in turn after it", async () => {
  expect(await replace()).toEqual({ told: [...begun, "database start", "database follow", ...ended], ended: 0 });
  expect((await replace({ migrate: false })).told.slice(0, 3)).toEqual(begun.map((line) => `${line} --no-migrate`));
});

test("a machine that is not reached is told and left out", async () => {
  const away = (line: string) => (line.startsWith("app-2") ? { away: "timed out" } : {});
  expect((await replace({ pause: away })).ended).toBe(0);
  expect(said).toHaveBeenCalledWith(expect.stringContaining("app-2 does not answer, so its instances are not stopped"));
});

test("a machine that refuses ends it, and those that have stopped start again", async () => {
  const refuse = (line: string) => {
    if (line === "app-2 begin") throw new UserError("app-2: no");
    return {};
  };
  expect(await replace({ pause: refuse })).toEqual({ told: [...begun, ...ended], ended: "app-2: no" });
});

test("a job that does not begin leaves the app running", async () => {
  const start = () => Promise.reject(new UserError("a job of this kind is at work already"));
  expect(await replace({ start })).toEqual({
    told: [...begun, "database start", ...ended],
    ended: "a job of this kind is at work already",
  });
});

test("beside another one nothing is stopped, and nothing started before its end", async () => {
  const refused = await replace({ atWork: ["import"] });
  expect(refused).toEqual({
    told: [],
    ended: expect.stringMatching(/^import is already working .*backup follow import/) as string,
  });
  const start = () => Promise.reject(new UserError("restore is at work already"));
  expect((await replace({ start, atWork: ["", "restore"] })).told).toEqual([...begun, "database start"]);
});

test("a job that nobody can watch any more goes on, and the app stays stopped until its end", async () => {
  const follow = () => Promise.reject(new UserError("the connection keeps breaking"));
  expect((await replace({ follow })).told).toEqual([...begun, "database start", "database follow"]);
});
