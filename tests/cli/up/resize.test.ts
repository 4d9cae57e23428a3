import { resourceChanges } from "../../../stack/preview/resources";
import { nameOf } from "../../../stack/preview/digest";
import { type ResizeActions, resizeInTurn, resizes } from "../../../cli/up/resize";
import { digest, step, types, urn } from "../previewComment/digests";
import { statusWith } from "../../stack/status/fixture";

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

test("a machine that was never configured serves nobody, and waits for the whole update", () => {
  const changes = resourceChanges(
    digest(larger("app-1"), larger("app-2"), step("create", types.configuration, "app-2")),
  );
  expect(resizes(changes).map(({ machine }) => machine)).toEqual(["app-1"]);
});

/** Everything that happens, in its order. `at` goes wrong. */
function means(at?: string): { readonly events: string[]; readonly all: ResizeActions } {
  const events: string[] = [];
  const happen = (event: string): void => {
    events.push(event);
    if (event === at) throw new Error(`${event} failed`);
  };
  const all: ResizeActions = {
    project: {
      update: (flags) => {
        const event = `change ${nameOf(flags.at(-1) ?? "")}`;
        events.push(event);
        return Promise.resolve(event === at ? 7 : 0);
      },
    },
    watch: {
      untilOthersServe: async (machine) => {
        await Promise.resolve();
        happen(`others for ${machine}`);
        return statusWith();
      },
      untilItServes: async (machine) => {
        await Promise.resolve();
        happen(`${machine} again`);
      },
    },
    handOver: async (machine) => {
      await Promise.resolve();
      happen(`${machine} stands down`);
    },
  };
  return { events, all };
}

const turnsOf = (...machines: string[]) => resizes(resourceChanges(digest(...machines.map(larger))));

test("each is off only while another one serves, and the next waits until it serves again", async () => {
  const { events, all } = means();
  await resizeInTurn(turnsOf("load-balancer-1", "load-balancer-2", "app-1"), all);
  expect(events).toEqual([
    "others for load-balancer-2",
    "change load-balancer-2",
    "load-balancer-2 again",
    "others for load-balancer-1",
    // The one that has the floating IP.
    "load-balancer-1 stands down",
    "change load-balancer-1",
    "load-balancer-1 again",
    "others for app-1",
    "change app-1",
    "app-1 again",
  ]);
});

test.each([
  ["change app-2", "app-2 did not get its new type"],
  ["app-2 again", "app-2 again failed"],
  ["others for app-2", "others for app-2 failed"],
])("what goes wrong stops it, and those after it stay as they are: %s", async (at, message) => {
  const { events, all } = means(at);
  await expect(resizeInTurn(turnsOf("app-1", "app-2", "app-3"), all)).rejects.toThrow(message);
  expect(events.at(-1)).toBe(at);
});
