import { isRoot } from "../../../local/paths";
import { bodyBytes } from "../../../roles/loadBalancer/bodies";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && has("openssl") && isRoot);
const [one, two] = ["one.example.com", "two.example.com"];

const settings = settingsWith({
  "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1 },
  "holdfast:loadBalancer": { limits: { connections: 500, bodySize: 1 } },
  "holdfast:https": { hosts: [one, two], redirects: { [two]: one }, address: true, hsts: 3600 },
});

real(
  "HAProxy starts whatever certificates look like, and HTTP/2 opens no way around its rules",
  () => {
    const said = throughHaproxy("https.py", settings, String(bodyBytes(settings)));
    const harms = "missing,empty,truncated,wrong key,no key,garbage,huge,link,pipe,folder".split(",");
    // Only the host whose file is broken is served by http alone.
    expect(said.broken).toEqual(Object.fromEntries(harms.map((harm) => [harm, [two]])));
    expect(said.ready).toEqual([true, [one]]);
    expect(said.versions).toEqual(["200 2", "200 1.1"]);
    // A port of the Host header would lead to https on port 80. A host without a certificate is served as it is.
    expect(said.redirected).toEqual([`308 1.1 https://${one}/a?b=c`, `308 1.1 https://${one}/a`, "200 1.1"]);
    expect(said.pointer).toBe(`308 2 https://${one}/a?b=c`);
    expect(said.challenge).toBe(`${"a".repeat(24)}.thumbprint`);
    // Twice by https, then the host without a certificate.
    expect(said.schemes).toEqual(["https", "https", "http"]);
    expect(said.hsts).toEqual(["strict-transport-security: max-age=3600"]);
    for (const version of ["--http2", "--http1.1"]) {
      expect(said[version]).toEqual({
        streamed: "413",
        announced: "413",
        small: "200",
        streamedGet: "200",
        largeGet: "413",
        // No body beyond the limit reaches the instance as a whole one, and none comes twice.
        whole: [
          ["/m", 1000],
          ["/g", 1000],
        ],
      });
    }
  },
  120_000,
);
