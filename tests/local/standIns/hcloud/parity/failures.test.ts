import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

const min = { serverType: "cx22", image: "ubuntu-24.04" };
const key = { publicKey: "k" };
const ipRange = "10.0.0.0/16";

/** What every refusal in this file starts from. */
async function start(first: string): Promise<void> {
  replay = await Replay.start(first);
  replay.api.seed("server_types", { name: "cx22", architecture: "x86" }, 104);
  replay.api.seed("images", { name: "ubuntu-24.04", architecture: "x86", deprecated: null }, 161547269);
}

function refuse(method: string, path: RegExp, times: number, status: number, code: string): void {
  replay.api.faults.push({ method, path, times, status, code, message: `no: ${code}` });
}

test("refusals say which field is wrong; which ones are tried again", async () => {
  await start("Network create e1");
  const fields = [{ name: "ip_range", messages: ["too small", "too odd"] }];
  replay.api.faults.push({ method: "POST", path: /networks/, times: 1, status: 422, code: "invalid_input", fields });
  const invalid = await replay.createFails("Network", "e1", { ipRange });
  expect(invalid).toMatchObject({ partial: undefined });
  expect(invalid.message).toContain("(invalid_input): [ip_range => [too small, too odd]]");
  refuse("POST", /ssh_keys/, 1, 422, "invalid_input");
  expect((await replay.createFails("SshKey", "e1", key)).message).toContain("Status code: 422");
  refuse("POST", /ssh_keys/, 1, 409, "uniqueness_error");
  expect((await replay.createFails("SshKey", "e2", key)).message).toContain("uniqueness_error");
  refuse("POST", /ssh_keys/, 2, 409, "conflict");
  // The recording counts the last, successful try apart.
  replay.api.calls.length = 0;
  const { inputs } = await replay.engine.check(urnOfKey("e3"), key);
  await replay.engine.create(urnOfKey("e3"), inputs);
  expect(replay.api.calls).toHaveLength(3);
  refuse("POST", /ssh_keys/, 1, 429, "rate_limit_exceeded");
  await replay.engine.create(urnOfKey("e4"), inputs);
  expect(replay.api.calls).toHaveLength(5);
  refuse("POST", /ssh_keys/, 1, 423, "locked");
  await replay.createFails("SshKey", "e5", key);
  refuse("POST", /ssh_keys/, 1, 500, "server_error");
  await replay.createFails("SshKey", "e6", key);
  refuse("GET", /ssh_keys/, 1, 401, "unauthorized");
  await expect(replay.import("SshKey", "5")).rejects.toThrow("unauthorized");
});

function urnOfKey(name: string): string {
  return `urn:pulumi:local::holdfast::hcloud:index/sshKey:SshKey::${name}`;
}

test("a server that is there keeps its place in the state, whatever fails after that", async () => {
  await start("Server create sfail");
  const networkId = replay.api.seed("networks", {});
  refuse("POST", /attach_to_network/, 1, 403, "forbidden");
  const failed = await replay.createFails("Server", "sfail", { ...min, networks: [{ networkId }] });
  expect(failed.message).toContain("no: forbidden (forbidden)");
  expect(failed.partial).toMatchObject({ outputs: { networks: [{ networkId }], status: null } });
  const inputs = { ...min, networks: [{ networkId }], name: String(failed.partial?.outputs.name) };
  const state = { id: failed.partial?.id ?? "", inputs, outputs: failed.partial?.outputs ?? {} };
  // The state says that the network is attached; only a refresh finds out.
  expect(await replay.diff("Server", state, inputs)).toMatchObject({ changes: "none" });
  const refreshed = await replay.engine.read(
    "urn:pulumi:local::holdfast::hcloud:index/server:Server::sfail",
    state.id,
    state,
  );
  expect(await replay.diff("Server", refreshed, inputs)).toMatchObject({ diffs: ["networks"] });

  refuse("POST", /servers$/, 1, 412, "placement_error");
  expect(await replay.createFails("Server", "splace", min)).toMatchObject({ partial: undefined });
});

test("a subnet waits for the servers that are leaving it", async () => {
  await start("NetworkSubnet delete attached twice");
  const networkId = replay.api.seed("networks", {
    subnets: [{ type: "cloud", ip_range: "10.0.2.0/24", network_zone: "eu-central", gateway: "10.0.0.1" }],
  });
  const inputs = { networkId, type: "cloud", networkZone: "eu-central", ipRange: "10.0.2.0/24" };
  const state = { id: `${String(networkId)}-10.0.2.0/24`, inputs, outputs: inputs };
  replay.api.faults.push({
    method: "POST",
    path: /delete_subnet/,
    times: 2,
    status: 503,
    code: "service_error",
    message: "cannot remove subnet because servers are attached to it",
  });
  await replay.delete("NetworkSubnet", state, "delete attached twice");
});

test("failed actions: who keeps the thing in the state and who leaves it behind", async () => {
  await start("Server create actfail");
  replay.api.failActions = { code: "action_failed", message: "it broke" };
  const server = await replay.createFails("Server", "actfail", min);
  expect(server.message).toMatch(/it broke \(action_failed, action \d+\)/);
  expect(server.partial?.id).toMatch(/^\d+$/);
  const rules = [{ direction: "in", protocol: "icmp", sourceIps: ["0.0.0.0/0"] }];
  expect(await replay.createFails("Firewall", "actfail", { rules })).toMatchObject({ partial: undefined });
  const volume = await replay.createFails("Volume", "actfail", { size: 10, location: "fsn1" });
  expect(volume.partial?.id).toMatch(/^\d+$/);
});

test("a server that never shuts down is deleted after half a minute", async () => {
  await start("Server create s [API omits datacenter]");
  const id = replay.api.seed("servers", {});
  Object.assign(replay.api.get("servers", id) ?? {}, { stubborn: true });
  const inputs = { ...min, shutdownBeforeDeletion: true };
  const state = { id: String(id), inputs, outputs: inputs };
  await replay.delete("Server", state, "delete never shuts down [API omits datacenter]");
});
