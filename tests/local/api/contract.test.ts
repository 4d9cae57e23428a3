import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contract, methodOf, pathOf } from "../../../local/api/contract/contract";
import { operationsOf } from "../../../local/api/contract/generate";
import { operations } from "../../../local/api/service/operations";
import { checkBody, operationNamed } from "../../../local/api/transport/validation";
import { ApiSchema, schemaFile } from "../../support/apiSchema";

/** Calls of the official Pulumi plugin, recorded: one a line, calls that differ in ids alone once. */
const recording = join(__dirname, "../../support/pluginCalls.jsonl");

interface RecordedCall {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** The recording's own API took a time to live of 30 s; Hetzner's contract begins at 60. */
const tooShortTtl = 841;

describe("the contract", () => {
  test("everything that is built is an operation of the contract", () => {
    for (const name of Object.keys(operations)) expect(operationNamed(name).name).toBe(name);
  });

  test("is what the published schema gives", () => {
    const document = JSON.parse(readFileSync(schemaFile, "utf8")) as Parameters<typeof operationsOf>[0];
    expect(JSON.parse(JSON.stringify(operationsOf(document)))).toEqual(contract);
  });

  test("the check of answers finds what does not fit", () => {
    const schema = new ApiSchema();
    const location = { id: 1, name: "nbg1" };
    expect(schema.problems("GET", "/locations/1", 200, { location }).join()).toContain("network_zone");
    expect(schema.problems("GET", "/servers/actions", 200, { actions: [] }).join()).toContain("meta");
    expect(schema.problems("DELETE", "/networks/1", 204, {}).join()).toContain("no body");
    expect(schema.problems("DELETE", "/networks/1", 200, {}).join()).toContain("no answer with status 200");
    expect(schema.problems("GET", "/servers/7", 404, { error: "no" })).not.toEqual([]);
  });

  /** What the published schema describes as "ID or name"; clients send ids as numbers (hcloud-go, hcloud-python). */
  test.each([
    ["POST /servers", { name: "x", image: 1, server_type: 1, location: 1, ssh_keys: [1] }],
    ["POST /servers/{id}/actions/rebuild", { image: 1 }],
    ["POST /servers/{id}/actions/change_type", { server_type: 1, upgrade_disk: false }],
    ["POST /servers/{id}/actions/attach_iso", { iso: 1 }],
    ["POST /floating_ips", { type: "ipv4", home_location: 1 }],
    ["POST /primary_ips", { type: "ipv4", name: "x", location: 1 }],
    ["POST /volumes", { name: "x", size: 10, location: 1 }],
    ["POST /storage_boxes", { name: "x", location: 1, storage_box_type: 1, password: "x" }],
    ["POST /storage_boxes/{id}/actions/change_type", { storage_box_type: 1 }],
    ["POST /storage_boxes/{id}/actions/rollback_snapshot", { snapshot: 1 }],
  ])("%s takes an id as a number", (name, body) => {
    expect(() => checkBody(operationNamed(name), body)).not.toThrow();
  });

  test("no request that the official plugin sends is refused for its shape", () => {
    const calls = readFileSync(recording, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RecordedCall);
    let checked = 0;
    for (const call of calls) {
      const path = call.path.replace(/^\/v1/, "").split("?")[0];
      const operation = contract.find(
        (candidate) => methodOf(candidate) === call.method && pathPattern(pathOf(candidate)).test(path),
      );
      if (operation === undefined) throw new Error(`call ${String(call.n)}: no operation for ${call.method} ${path}`);
      if (!(operation.name in operations)) continue;
      const check = () => checkBody(operation, call.body ?? {});
      if (call.n === tooShortTtl) expect(check).toThrow("ttl: must be >= 60");
      else expect(check).not.toThrow();
      checked++;
    }
    expect(checked).toBeGreaterThan(200);
  });
});

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
