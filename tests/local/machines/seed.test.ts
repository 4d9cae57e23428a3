import { parse } from "yaml";
import type { MachineSpec } from "../../../local/driver";
import { seedFiles } from "../../../local/machines/seed";

const machine = {
  id: 42,
  name: "app-1",
  userData: "#!/bin/sh\necho 'as it is'\n",
  sshKeys: ['ssh-ed25519 AAAA it\'s "me": #1'],
};
const seed = (details = {}) => seedFiles({ ...machine, ...details } as unknown as MachineSpec);

describe("what cloud-init reads", () => {
  test("names the server and its keys, whatever their comments contain", () => {
    expect(parse(seed()["/var/lib/cloud/seed/nocloud/meta-data"] ?? "")).toEqual({
      "instance-id": "42",
      "local-hostname": "app-1",
      "public-keys": machine.sshKeys,
    });
  });

  test("is the server's user data byte for byte, and valid where there is none", () => {
    expect(seed()["/var/lib/cloud/seed/nocloud/user-data"]).toBe(machine.userData);
    expect(parse(seed({ userData: "" })["/var/lib/cloud/seed/nocloud/user-data"] ?? "")).toEqual({});
  });
});
