import { orphansOf } from "../../stack/pulumi/orphans";
import { parseState } from "../../stack/state";

const server = { urn: "urn:a", type: "hcloud:index/server:Server", id: "7" };
const stack = { urn: "urn:s", type: "pulumi:pulumi:Stack", outputs: { url: "http://203.0.113.10" } };

describe("Pulumi's state", () => {
  it("is read from the file backend's form and from an export alike", () => {
    const latest = { resources: [stack, server], pending_operations: [{ type: "creating", resource: server }] };
    for (const content of [
      { version: 3, checkpoint: { latest } },
      { version: 3, deployment: latest },
    ]) {
      const state = parseState(content);
      expect(state.outputs.url).toBe("http://203.0.113.10");
      expect(state.pending).toHaveLength(1);
    }
  });

  it("may be empty, as after `pulumi stack init`", () => {
    expect(parseState({ version: 3, checkpoint: {} })).toEqual({ resources: [], outputs: {}, pending: [] });
  });
});

describe("what a cut `pulumi up` left in the cloud", () => {
  const item = (id: number, labels: Record<string, string>) => ({ id, name: `server-${id}`, labels });

  it("bears the stack's label and is not in its state", () => {
    const items = [
      item(7, { stack: "local" }), // known
      item(8, { stack: "local" }),
      item(9, { stack: "local-2" }), // another stack's
      item(10, {}), // somebody made it by hand
    ];
    expect(orphansOf(items, server.type, "local", [server]).map(({ id }) => id)).toEqual([8]);
  });

  it("is told apart by kind: ids of different kinds may be the same", () => {
    expect(orphansOf([item(7, { stack: "local" })], "hcloud:index/network:Network", "local", [server])).toHaveLength(1);
  });
});
