import {
  routerInterface,
  checkCloudName,
  cloudPrefix,
  edgeNamespace,
  hostInterface,
} from "../../../local/network/names";

describe("names in the kernel", () => {
  test("of one local cloud are never those of another whose name is longer", () => {
    expect(edgeNamespace("a-b").startsWith(cloudPrefix("a"))).toBe(false);
    expect(edgeNamespace("a").startsWith(cloudPrefix("a"))).toBe(true);
  });

  test("of interfaces fit into 15 characters", () => {
    expect(routerInterface(99_999_999_999_999).length).toBeLessThanOrEqual(15);
    expect(hostInterface(99).length).toBeLessThanOrEqual(15);
  });

  test.each(["", "Local", "a.b", "a/b", "-a", "../etc", "x".repeat(25)])("refuse the cloud name %j", (name) => {
    expect(() => {
      checkCloudName(name);
    }).toThrow("cannot be the name of a local cloud");
  });
});
