import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint } from "../../../blueprint/blueprint";
import { isRoot } from "../../../local/paths";
import { bodyBytes, bodySizePath, bodySizeProgram } from "../../../roles/loadBalancer/bodySize";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { fileOf } from "../context";
import { has, judge } from "../debian";

// One instance: requests that just connect to another one when HAProxy finds it down would be cut (docs/limits.md).
// A computer may let its programs open fewer files than a server does.
const settings = settingsWith({
  "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1, slowPaths: ["/socket"] },
  "holdfast:loadBalancer": { limits: { bodySize: 1, connections: 500 } },
});
const limit = bodyBytes(settings);

testWhere(has("haproxy") && has("python3") && isRoot)(
  "no body passes HAProxy beyond the limit, whether its length is announced or not",
  () => {
    const [instance] = makeBlueprint(settings).instances;
    const program = "/bodySize.py";
    const { code, output } = judge(
      `python3 "$(dirname %s)${program}" %s ${limit} ${instance?.address}:${instance?.port} 10.0.1.11`,
      fileOf("load-balancer-1", "/etc/haproxy/haproxy.cfg", settings),
      "haproxy.cfg",
      {
        [bodySizePath]: bodySizeProgram(),
        [program]: readFileSync(join(__dirname, "bodySize.py"), "utf8"),
      },
    );
    const said = output.split("\n").find((line) => line.startsWith("{"));
    if (!said) throw new Error(output);
    expect({ code, ...(JSON.parse(said) as object) }).toEqual({
      code: 0,
      announced: [200, 413],
      streamed: [200, 200, 413, 413],
      streamedGet: [200, 413],
      trailer: 200,
      tunnel: 2 * limit,
      http2: "HTTP/1.1 400 Bad request",
      // A body beyond the limit reaches no instance as a whole one.
      whole: [limit, 0, limit, limit, 10],
      alive: true,
    });
  },
  60_000,
);
