import { targetOf, targetsOf } from "../../stack/ssh/targets";
import { parseState } from "../../stack/state";

const machine = (name: string) => ({
  urn: `urn:${name}`,
  type: "holdfast:machine:Configuration",
  outputs: { machine: name, serverId: "1", connection: { host: "10.0.1.1", user: "holdfast" } },
});
const state = parseState({
  deployment: {
    resources: [
      machine("load-balancer-1"),
      machine("app-1"),
      machine("app-2"),
      {
        urn: "urn:stack",
        type: "pulumi:pulumi:Stack",
        outputs: {
          machines: {
            "load-balancer-1": { roles: ["loadBalancer"] },
            "app-1": { roles: ["app"] },
            "app-2": { roles: ["app"] },
          },
        },
      },
    ],
  },
});
const named = (word: string) => targetsOf(state, "prod", word).map((target) => target.machine);

describe("which machines a word names", () => {
  it("is one machine, with or without the stack's name", () => {
    expect(named("app-2")).toEqual(["app-2"]);
    expect(named("prod-app-2")).toEqual(["app-2"]);
  });

  it("is all of a role, in either spelling", () => {
    expect(named("app")).toEqual(["app-1", "app-2"]);
    expect(named("loadBalancer")).toEqual(["load-balancer-1"]);
    expect(named("load-balancer")).toEqual(["load-balancer-1"]);
  });

  it("says what there is, when nothing is called so", () => {
    expect(() => named("db")).toThrow(
      'there is no machine and no role "db" in the stack "prod"; its machines: load-balancer-1, app-1, app-2; its roles: load-balancer, app',
    );
  });

  it("has to be one machine where only one will do", () => {
    expect(targetOf(state, "prod", "load-balancer").machine).toBe("load-balancer-1");
    expect(() => targetOf(state, "prod", "app")).toThrow('"app" is 2 machines of the stack "prod": name one of them');
  });
});
