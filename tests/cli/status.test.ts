import { findMachine } from "../../stack/local/client";
import { describeMachine, guessUrl } from "../../stack/local/status";
import { statusText } from "../../cli/local/status";
import type { CloudStatus, MachineStatus } from "../../local/api/service/status";

const balancer: MachineStatus = {
  id: 1,
  name: "local-load-balancer-1",
  labels: { role: "loadBalancer_monitor" },
  status: "running",
  addresses: { ipv4: "203.0.113.10", ipv6: "2001:db8:0:1::1", private: ["10.0.1.11"] },
  running: true,
  initPid: 4711,
};
const app: MachineStatus = {
  ...balancer,
  id: 2,
  name: "local-app-1",
  labels: { role: "app" },
  addresses: { ipv4: null, ipv6: "2001:db8:0:2::1", private: ["10.0.1.41"] },
};
const floating = { id: 3, name: "vip", ip: "203.0.113.100", server: { id: 1, name: balancer.name } };
const cloud = (machines: MachineStatus[], floatingIps: CloudStatus["floatingIps"] = []): CloudStatus => ({
  machines,
  floatingIps,
  storageBoxes: [],
});

describe("a machine's description", () => {
  it("names its roles and addresses", () => {
    expect(describeMachine(balancer)).toEqual({
      name: "local-load-balancer-1",
      id: 1,
      roles: ["loadBalancer", "monitor"],
      privateAddress: "10.0.1.11",
      publicIpv4: "203.0.113.10",
      publicIpv6: "2001:db8:0:1::1",
      state: "running",
      initPid: 4711,
    });
  });

  it("does not call a machine running that has died", () => {
    expect(describeMachine({ ...app, running: false, initPid: null })).toMatchObject({ state: "died", initPid: null });
    expect(describeMachine({ ...app, labels: {} }).roles).toEqual([]);
  });
});

describe("the URL without a stack's output", () => {
  it.each([
    ["the floating IP", cloud([balancer], [floating]), "http://203.0.113.100"],
    ["else the load balancer", cloud([app, balancer]), "http://203.0.113.10"],
    ["else the only machine with an address", cloud([{ ...balancer, labels: {} }]), "http://203.0.113.10"],
    ["else none", cloud([app]), null],
  ])("is that of %s", (_what, status, expected) => expect(guessUrl(status)).toBe(expected));
});

describe("finding a machine", () => {
  it("takes its name with or without the stack's", () => {
    expect(findMachine([balancer, app], "app-1", "local")).toBe(app);
    expect(findMachine([balancer, app], "local-app-1", "local")).toBe(app);
  });

  it("names those that there are", () => {
    expect(() => findMachine([balancer, app], "app-3", "local")).toThrow(
      /no machine "app-3" .*: local-load-balancer-1, local-app-1$/,
    );
  });
});

describe("status for people", () => {
  it("says what to do when nothing runs", () => {
    const nothing = {
      name: "local",
      running: false,
      url: null,
      endpoint: null,
      machines: [],
      floatingIps: [],
      storageBoxes: [],
    };
    expect(statusText(nothing)).toContain("make local");
  });

  it("shows URL, floating IP with its holder, and a line for each machine", () => {
    const text = statusText({
      name: "local",
      running: true,
      url: "http://203.0.113.100",
      endpoint: "http://127.0.0.1:1/v1",
      machines: [balancer, app].map(describeMachine),
      floatingIps: [{ name: "vip", address: "203.0.113.100", machine: balancer.name }],
      storageBoxes: [{ name: "backup", login: "u100009@u100009.your-storagebox.de", state: "active", addresses: [] }],
    });
    expect(text).toMatchInlineSnapshot(`
      "URL       http://203.0.113.100
      API       http://127.0.0.1:1/v1
      Floating  203.0.113.100 (vip) on local-load-balancer-1
      Storage   u100009@u100009.your-storagebox.de (backup) active

      MACHINE                ROLES                  STATE    PRIVATE    PUBLIC IPV4   PUBLIC IPV6      INIT PID
      local-load-balancer-1  loadBalancer, monitor  running  10.0.1.11  203.0.113.10  2001:db8:0:1::1  4711
      local-app-1            app                    running  10.0.1.41  -             2001:db8:0:2::1  4711"
    `);
  });
});
