// Pulumi starts here, and index.ts is the program. tsx strips the types; Pulumi's own loader would check them at every
// start, and older language hosts do not let a project choose another loader in Pulumi.yaml.
const { enableCompileCache } = require("node:module");

// Compiled modules are kept between runs, where Node can do that (22.1 and newer).
enableCompileCache?.();
postpone("@npmcli/arborist");
postpone("@pulumi/pulumi/automation");
leaveStacksToNode();
require("./toolchain/typescript");
module.exports = require("./index.ts");

/**
 * Pulumi's SDK loads npm's dependency resolver at every start, for programs that serialise functions into their state, and
 * its automation, for programs that run Pulumi. This one does neither; tenths of a second of each preview would be spent on
 * them. Should anything ever ask for one, it comes.
 */
function postpone(name) {
  const path = require.resolve(name, { paths: [require.resolve("@pulumi/pulumi")] });
  const real = () => {
    delete require.cache[path];
    return require(path);
  };
  const exports = new Proxy(class {}, {
    construct: (_, args) => Reflect.construct(real(), args),
    // Said to be an ES module, so that importers ask here instead of copying what is not loaded yet.
    get: (_, key) => key === "__esModule" || real()[key],
  });
  require.cache[path] = Object.assign(new module.constructor(path), { exports, loaded: true });
}

/**
 * Node maps stacks to sources itself, once tsx has told it to, and when somebody reads them. The SDK's own mapping knows
 * nothing of what tsx made, so that lines are wrong, and maps a hundred stacks for each resource that nobody reads.
 */
function leaveStacksToNode() {
  Error.prepareStackTrace = undefined;
}
