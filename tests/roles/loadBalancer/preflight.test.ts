import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot } from "../../../local/paths";
import { certificatePaths } from "../../../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { fileOf } from "../context";
import { has, judge } from "../debian";

const real = testWhere(has("python3") && has("openssl") && isRoot);
const settings = settingsWith({ "holdfast:loadBalancer": {}, "holdfast:https": {} });

real(
  "before an order, the keeper follows redirects as an authority does",
  () => {
    const modules = ["network.py", "certificate.py", "common.py"];
    const { output } = judge(
      "python3 %s",
      readFileSync(join(__dirname, "preflight.py"), "utf8"),
      "preflight.py",
      Object.fromEntries(
        modules.map((name) => [`/${name}`, fileOf("load-balancer-1", `${certificatePaths.program}/${name}`, settings)]),
      ),
    );
    const said = JSON.parse(output.split("\n")[0] ?? "") as Record<string, string>;
    // To https, whose certificate nobody judges; and without a scheme.
    expect([said["1"], said["2"], said["6"]]).toEqual(["right", "right", "right"]);
    expect(said["3"]).toContain("more than 10 redirects");
    expect(said["4"]).toContain("a redirect to http, port 8080");
    expect(said["5"]).toContain("status 404");
    expect(said["7"]).toContain("a redirect to 127.0.0.99, where nothing answers");
    expect(said["8"]).toContain("a redirect that is no URL");
    expect(said["9"]).toContain("a redirect to ftp");
    expect(said["10"]).toContain("nothing answers on port 80");
  },
  60_000,
);
