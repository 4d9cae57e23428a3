// Runs one of this project's programs from a bundle: one JavaScript file with the program and the packages that it uses.
// It is made when the first run needs it, lies below node_modules, and its name is the hash of all that goes into it.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const CHECKOUT = join(__dirname, "../..");

/** What a bundle is made of, beside packages; build.js refuses to take anything from elsewhere. */
const SOURCES = [
  "alerts",
  "blueprint",
  "catalog",
  "components",
  "index.ts",
  "lib",
  "package-lock.json",
  "provider",
  "release",
  "roles",
  "toolchain",
];
exports.SOURCES = SOURCES;

/**
 * Loads a program. Where no bundle can be made, e.g. because nobody may write below node_modules, ts-node loads the sources.
 *
 * @param entry its first file, seen from the checkout, e.g. `index.ts`
 * @param outside packages that stay outside the bundle, because others in the same process have loaded them as well
 * @returns what the entry exports
 */
exports.load = (entry, outside = []) => {
  const bundle = pathOf(entry);
  if (existsSync(bundle) || build({ entry, bundle, outside, sources: SOURCES })) return run(bundle);
  require("ts-node").register({ cwd: CHECKOUT });
  return require(join(CHECKOUT, entry));
};

function pathOf(entry) {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesIn)) hash.update(`${file}\0`).update(readFileSync(join(CHECKOUT, file)));
  const name = `${entry.replace(/\W/g, "-")}-${hash.digest("hex").slice(0, 32)}.js`;
  return join(CHECKOUT, "node_modules/.cache/holdfast", name);
}

/** The sources at a path, or below it, in the same order everywhere. */
function filesIn(path) {
  if (/\.(ts|js|json)$/.test(path)) return [path];
  const entries = readdirSync(join(CHECKOUT, path), { withFileTypes: true });
  const inner = entries.filter((one) => one.isDirectory() || /\.(ts|js|json)$/.test(one.name));
  return inner.flatMap(({ name }) => filesIn(`${path}/${name}`)).sort();
}

/** Another process makes it, because esbuild answers later and `require` has to answer now. */
function build(wish) {
  const command = [join(__dirname, "build.js"), JSON.stringify(wish)];
  return spawnSync(process.execPath, command, { cwd: CHECKOUT, stdio: "ignore" }).status === 0;
}

/** As if the file were in the checkout's own folder: it finds packages there, and files beside its sources. */
function run(bundle) {
  const module = new Module(join(CHECKOUT, "bundle.js"));
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(CHECKOUT);
  module._compile(readFileSync(bundle, "utf8"), module.filename);
  return module.exports;
}
