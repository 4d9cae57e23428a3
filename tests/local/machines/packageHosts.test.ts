import { hostsOfSources } from "../../../local/machines/packageHosts";

test("packages come from the hosts that apt's sources name, in both formats, comments left out", () => {
  const oneLine = "deb http://mirror.example/debian trixie main\n# deb http://old.example/debian trixie main\n";
  const deb822 =
    "Types: deb\nURIs: https://secure.example:8443/debian http://mirror.example/security\nSuites: trixie\n";
  expect(hostsOfSources(oneLine + deb822)).toEqual(["mirror.example", "secure.example:8443"]);
});
