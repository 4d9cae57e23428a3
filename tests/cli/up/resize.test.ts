import { resourceChanges } from "../../../cli/previewComment/resources";
import { resizeInTurn, resizes } from "../../../cli/up/resize";
import { digest, step, types, urn } from "../previewComment/digests";

const larger = (machine: string) =>
  step("update", types.server, machine, { differs: ["serverType"], after: { serverType: "cx33" } });
const configured = (machine: string) => step("update", types.configuration, machine, { differs: ["files"] });

beforeEach(() => {
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

test("one after the other: the load balancer that waits first, then the one that serves, then the rest", () => {
  const changes = resourceChanges(
    digest(
      ...["load-balancer-1", "app-2", "app-10", "load-balancer-2", "app-1"].map(larger),
      step("update", types.server, "app-3", { differs: ["labels"] }),
      step("create", types.server, "app-4"),
      configured("app-1"),
    ),
  );
  const turns = resizes(changes);
  expect(turns.map(({ machine }) => machine)).toEqual([
    "load-balancer-2",
    "load-balancer-1",
    "app-1",
    "app-2",
    "app-10",
  ]);
  expect(turns[2]).toEqual({
    machine: "app-1",
    serverType: "cx33",
    targets: [urn(types.server, "app-1"), urn(types.configuration, "app-1")],
  });
});

test("a machine that does not come back stops those after it, which stay as they are", async () => {
  const calls: string[] = [];
  const show = (args: readonly string[]) => {
    calls.push(args.at(-1) ?? "");
    return Promise.resolve(calls.length === 2 ? 7 : 0);
  };
  const machines = resizes(resourceChanges(digest(...["app-1", "app-2", "app-3"].map(larger))));
  await expect(resizeInTurn({ show }, machines)).rejects.toThrow("app-2 is not well with its new type");
  expect(calls).toEqual(["app-1", "app-2"].map((machine) => urn(types.server, machine)));
});
