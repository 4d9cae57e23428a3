import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { builtAcmeServer } from "../../../toolchain/acmeServer";
import { repository } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { sharedLibraries } from "../../support/python";

const pebble = builtAcmeServer();

testWhere(pebble !== undefined)(
  "an authority that wants a customer's account gets it, signed",
  () => {
    const keeper = join(repository, "roles/loadBalancer/certificateKeeper");
    const { stdout, stderr } = spawnSync("python3", ["-B", join(__dirname, "authority.py"), pebble ?? ""], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: [keeper, ...sharedLibraries].join(":") },
    });
    if (!stdout) throw new Error(stderr);
    expect(JSON.parse(stdout)).toEqual({
      nothing: expect.stringMatching(/^refused: externalAccountRequired: ./) as unknown,
      "another key": expect.stringMatching(/^refused: unauthorized: ./) as unknown,
      "another id": expect.stringMatching(/^refused: unauthorized: ./) as unknown,
      both: "127.0.0.1",
      "in base64": "127.0.0.1",
    });
  },
  60_000,
);
