import { leaseMachineOf } from "../../../stack/pulumi/underLease";
import type { StackState } from "../../../stack/state";

const lease = { host: "10.0.1.41", user: "holdfast", serverId: "4", via: [{ host: "192.0.2.1", user: "holdfast" }] };

function state(...outputs: object[]): StackState {
  const resources = outputs.map((one, index) => ({
    urn: `urn:${index}`,
    type: "holdfast:machine:Configuration",
    outputs: one as Record<string, unknown>,
  }));
  return { resources, outputs: {}, pending: [] };
}

test("the machine that keeps the lease is known by the key that it showed itself", () => {
  const keeper = leaseMachineOf(
    state(
      { serverId: "9", hostKeys: { machine: "ssh-ed25519 database", "192.0.2.1:22": "ssh-ed25519 jump" }, lease },
      { serverId: "4", hostKeys: { machine: "ssh-ed25519 app" }, lease },
    ),
  );
  expect(keeper?.route).toEqual(lease);
  expect(keeper?.pinned).toEqual({
    "192.0.2.1:22": "ssh-ed25519 jump",
    "4": "ssh-ed25519 app",
    "9": "ssh-ed25519 database",
  });
});

test("a stack without configurations has none", () => {
  expect(leaseMachineOf(state())).toBeUndefined();
  expect(leaseMachineOf(state({ serverId: "4" }))).toBeUndefined();
});
