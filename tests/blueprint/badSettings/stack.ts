import { app, type BadSettings } from "./badSettings";

/** Everything that belongs to the stack as a whole. */
export const badStacks: readonly BadSettings[] = [
  {
    mistake: "a misspelt release folder beside other mistakes, of its own section and of the store",
    written: { app: app({ release: "./examples/guestbok", instances: 0 }), releases: { keep: 0 } },
    says: [
      "holdfast:app.instances: 0 is less than 1",
      "holdfast:releases.keep: 0 is less than 1",
      "holdfast:app.release: ./examples/guestbok has no holdfast.yaml that can be read",
    ],
  },
  {
    mistake: "no location",
    written: { location: undefined },
    says: ["holdfast:location: is missing | holdfast:location: nbg1"],
  },
  {
    mistake: "a location that is nearly right",
    written: { location: "nbg2" },
    says: ["holdfast:location: nbg2 is not known | did you mean nbg1?"],
  },
  {
    mistake: "a location of somebody else",
    written: { location: "eu-central-1" },
    says: ["holdfast:location: eu-central-1 is not known | write one of fsn1"],
  },
  {
    mistake: "a data centre, not a location",
    written: { location: "nbg1-dc3" },
    says: ["holdfast:location: nbg1-dc3 is not known"],
  },
  { mistake: "a location that is a number", written: { location: 1 }, says: ["holdfast:location: 1 is not known"] },
  {
    mistake: "protection in words",
    written: { protect: "yes" },
    says: ["holdfast:protect: yes is text, not true or false"],
  },
  {
    mistake: "protection by number",
    written: { protect: 1 },
    says: ["holdfast:protect: 1 is a number, not true or false"],
  },
  {
    mistake: "a section in small letters",
    written: { loadbalancer: { machines: 1 } },
    says: ["holdfast:loadbalancer: is not a setting | did you mean loadBalancer?"],
  },
  {
    mistake: "a section that there is not",
    written: { redis: {} },
    says: ["holdfast:redis: is not a setting | known: holdfast:location, holdfast:app"],
  },
  {
    mistake: "another project's name before a setting",
    written: { "holdfsat:protect": true },
    says: ["holdfsat:protect: belongs to no known plugin | write holdfast:protect"],
  },
  {
    mistake: "the project's name in capitals",
    written: { "Holdfast:protect": true },
    says: ["Holdfast:protect: belongs to no known plugin | write holdfast:protect"],
  },
  {
    mistake: "hcloud's token, misspelt",
    written: { "hcloud:tokn": "x" },
    says: ["hcloud:tokn: is not a setting | did you mean token?"],
  },
  {
    mistake: "a name in capitals",
    stack: "Production",
    written: {},
    says: ["the stack's name: Production cannot be part of a server's name"],
  },
  {
    mistake: "a name with a dot",
    stack: "prod.eu",
    written: {},
    says: ["the stack's name: prod.eu cannot be part of a server's name"],
  },
  {
    mistake: "a name that is too long",
    stack: "production-of-the-european-branch",
    written: {},
    says: ["the stack's name: production-of-the-european-branch cannot be"],
  },
  {
    mistake: "a name that ends with a dash",
    stack: "prod-",
    written: {},
    says: ["the stack's name: prod- cannot be part of a server's name"],
  },
  {
    mistake: "everything at once",
    written: {
      location: "mars",
      app: { machines: 0, instances: "many", health: "x" },
      loadBalancer: { machines: 5, servertype: "cx23" },
      admin: { sshKeys: [], allowFrom: ["10.0.0.0/33"] },
      protect: "maybe",
      nonsense: 1,
    },
    says: [
      "holdfast:location: mars is not known",
      "holdfast:app.release: is missing",
      "holdfast:app.machines: 0 is less than 1",
      "holdfast:app.instances: many is text, not a number",
      "holdfast:app.health: x is not a path that starts with /",
      "holdfast:loadBalancer.machines: 5 is more than 2",
      "holdfast:loadBalancer.servertype: is not a setting",
      "holdfast:admin.sshKeys: [] has fewer than 1 entry",
      "holdfast:admin.allowFrom[0]: 10.0.0.0/33 is not an address",
      "holdfast:protect: maybe is text, not true or false",
      "holdfast:nonsense: is not a setting",
    ],
  },
  {
    mistake: "what is wrong by itself and what does not fit together, both in one go",
    written: { app: app({ machines: 3, instances: 33 }), loadBalancer: { machines: 0 }, location: "ash" },
    says: ["holdfast:app.instances: 33 is more than 32", "holdfast:loadBalancer.serverType: cx23 is not sold in ash"],
  },
];
