// TypeScript without a build step: `require` takes .ts files from here on.
const byNode = require.extensions[".js"];
// Strips the types.
require("tsx/cjs");
const byTsx = require.extensions[".js"];

/**
 * JavaScript is loaded by Node itself: tsx would look through each file of each package for the syntax of ES modules,
 * which takes longer than to run them. What is an ES module after all, and too much for this Node, is left to tsx.
 */
require.extensions[".js"] = (module, path) => {
  try {
    byNode(module, path);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM") throw error;
    byTsx(module, path);
  }
};
