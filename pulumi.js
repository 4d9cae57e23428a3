// Pulumi starts here, and index.ts is the program. tsx strips the types; Pulumi's own loader would check them at every
// start, and older language hosts do not let a project choose another loader in Pulumi.yaml.
const { enableCompileCache } = require("node:module");

// Compiled modules are kept between runs, where Node can do that (22.1 and newer).
enableCompileCache?.();
postpone("@npmcli/arborist");
postpone("@pulumi/pulumi/automation");
sparePromises();
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
 * The SDK writes down the stack of every promise that it makes, mapped to sources, for the day on which one never ends:
 * about a hundred for each resource, and with many machines a third of this program's time. They are told by having no message. Others are
 * left as they are, and so are the frames that the state keeps of each resource, for which the SDK lifts the limit.
 */
function sparePromises() {
  const mapped = Error.prepareStackTrace;
  if (mapped === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  Error.prepareStackTrace = (error, frames) =>
    error.message === "" && Error.stackTraceLimit !== Infinity ? String(error) : mapped(error, frames);
}
