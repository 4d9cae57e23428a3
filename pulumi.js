// Pulumi starts here, and index.ts is the program. It runs from a bundle, because that takes a third of a preview's time
// less than to load the sources (docs/decisions.md has the figures).
const { load } = require("./toolchain/bundle/load");

// Pulumi's start maps each stack trace to sources, and the SDK makes one for each promise, which nobody reads.
Error.prepareStackTrace = undefined;
// Pulumi's start has loaded the SDK and what that needs, and the SDK keeps its state in its modules.
module.exports = load("index.ts", ["@pulumi/pulumi/*", "@grpc/grpc-js", "google-protobuf"]);
