import { MachineContext } from "../../../provider/machine/resource/context";
import { configurationHandler } from "../../../provider/machine/resource/handler";
import { describeMove, nothing, withdraw } from "../../../provider/machine/resource/withdraw";
import { ConnectionFailure, isAnotherMachine } from "../../../provider/ssh/failures";
import { UNKNOWN, type Call, type Values } from "../../../provider/grpc/types";

const handler = configurationHandler(new MachineContext());

const inputs = {
  machine: "app-1",
  serverId: "42",
  part: "database",
  withdraw: true,
  moving: "the app has no database for a while",
  connection: { host: "10.0.1.41", user: "holdfast" },
};

function diff(oldInputs: Values, news: Values) {
  const said: string[] = [];
  const call = { log: (text: string) => said.push(text) } as unknown as Call;
  return { said, result: handler.diff?.({ id: "x", olds: {}, oldInputs, news, ignoreChanges: [] }, call) };
}

test("what moves says what that means, and leaves the old machine before it comes to the new one", () => {
  const { said, result } = diff(inputs, { ...inputs, machine: "database-1", serverId: "43" });
  expect(said).toEqual(["leaves app-1: the app has no database for a while"]);
  expect(result).toMatchObject({ replaces: ["serverId"], deleteBeforeReplace: true });
});

test("it is said as soon as it is known that it has to leave, before it is known where to", () => {
  expect(describeMove(inputs, { ...inputs, serverId: UNKNOWN })).toContain("leaves app-1");
});

test("what stays needs no words", () => {
  expect(describeMove(inputs, { ...inputs, files: {} })).toBeUndefined();
});

test("an ordinary configuration is replaced in the usual order", () => {
  const ordinary = { ...inputs, withdraw: false };
  expect(diff(ordinary, { ...ordinary, serverId: "43" }).result).not.toHaveProperty("deleteBeforeReplace");
});

test("what is left after it asks for nothing, over the same connection", () => {
  expect(nothing({ ...inputs, files: { "/etc/motd": { content: "hello" } } })).toEqual({
    machine: "app-1",
    serverId: "42",
    connection: inputs.connection,
  });
});

describe("a machine that cannot be asked", () => {
  const failing = (error: Error, environment = {}) => {
    const said: string[] = [];
    const call = { log: (text: string) => said.push(text) };
    const done = withdraw("app-1", () => Promise.reject(error), isAnotherMachine, call, environment);
    return { said, done };
  };
  const silent = new ConnectionFailure("timeout", "10.0.1.41 does not answer");

  test("is gone when another one answers in its place", async () => {
    const { said, done } = failing(new ConnectionFailure("hostKeyChanged", "10.0.1.41 shows another host key"));
    await done;
    expect(said).toEqual(["app-1 is another machine now: nothing was stopped on the old one"]);
  });

  test("may still run when it is silent: the update stops, and says what to do", async () => {
    await expect(failing(silent).done).rejects.toThrow(/nothing was removed from it: .*\n.*HOLDFAST_GONE=app-1/);
  });

  test("is gone when somebody says so", async () => {
    const { said, done } = failing(silent, { HOLDFAST_GONE: "app-2,app-1" });
    await done;
    expect(said).toEqual([expect.stringContaining("app-1 is gone")]);
    await expect(failing(silent, { HOLDFAST_GONE: "app-11" }).done).rejects.toThrow();
  });
});
