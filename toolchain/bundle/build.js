// `node build.js WISH`: makes a bundle for load.js, which is the only one who calls this.
const { build } = require("esbuild");
const { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } = require("node:fs");
const { readFile } = require("node:fs/promises");
const { dirname, join, relative } = require("node:path");

const CHECKOUT = join(__dirname, "../..");

/** Milliseconds for which a bundle is kept. One that goes too early is made again. */
const KEPT = 24 * 3600 * 1000;

/** What the program uses of Pulumi's SDK, in place of the whole. */
const SDK = { "@pulumi/pulumi": "sdk.ts", "@pulumi/pulumi/runtime": "sdkRuntime.ts" };

const smallSdk = {
  name: "small-sdk",
  setup({ onResolve }) {
    onResolve({ filter: /^@pulumi\/pulumi(\/runtime)?$/ }, ({ path }) => ({ path: join(__dirname, SDK[path]) }));
  },
};

/** Sources find the files that lie beside them, because a bundle runs as a file of the checkout's own folder. */
const filesBesideSources = {
  name: "files-beside-sources",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const folder = JSON.stringify(`/${relative(CHECKOUT, dirname(path))}`);
      return { contents: text.replaceAll("__dirname", `(__dirname + ${folder})`), loader: "ts" };
    });
  },
};

async function main({ entry, bundle, outside, sources }) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: CHECKOUT,
    entryPoints: [entry],
    outfile: bundle,
    write: false,
    bundle: true,
    platform: "node",
    target: "node20",
    // ssh2 looks for a binary file beside itself, and is loaded when a machine is reached.
    external: ["ssh2", ...outside],
    plugins: [smallSdk, filesBesideSources],
    metafile: true,
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => !isOf(sources, path));
  if (foreign.length > 0) throw new Error(`these are no sources of a bundle: ${foreign.join(", ")}`);
  write(bundle, outputFiles[0].contents);
  removeOld(dirname(bundle));
}

const isOf = (sources, path) =>
  path.includes("node_modules/") || sources.some((source) => path === source || path.startsWith(`${source}/`));

/** Two processes may make the same bundle at once: each writes a file of its own, and either one may stay. */
function write(bundle, contents) {
  mkdirSync(dirname(bundle), { recursive: true });
  const own = `${bundle}.${process.pid}`;
  writeFileSync(own, contents);
  renameSync(own, bundle);
}

function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT) rmSync(path, { force: true });
  }
}

main(JSON.parse(process.argv[2])).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
