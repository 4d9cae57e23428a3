// Pulumi starts here, and index.ts is the program. tsx strips the types; Pulumi's own loader would check them at every
// start, and older language hosts do not let a project choose another loader in Pulumi.yaml.
require("tsx/cjs");
module.exports = require("./index.ts");
