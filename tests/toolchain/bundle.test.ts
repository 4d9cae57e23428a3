import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../blueprint/source";

// Without a bundle everything works, and each preview is slow: nobody would notice.
test.each(["index.ts", "provider/main.ts"])(
  "a bundle of %s consists of the sources that its name stands for",
  (entry) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bundle-"));
    const bundle = join(folder, "bundle.js");
    const outside = ["@pulumi/pulumi/*", "@grpc/grpc-js", "google-protobuf"];
    const wish = `{ entry: "${entry}", bundle: "${bundle}", outside: ${JSON.stringify(outside)}, sources: SOURCES }`;
    const script = `const { SOURCES } = require("./toolchain/bundle/load");
    process.argv[2] = JSON.stringify(${wish});
    require("./toolchain/bundle/build");`;
    const { stderr, status } = spawnSync(process.execPath, ["--eval", script, "build", "wish"], {
      cwd: repository,
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  },
);
