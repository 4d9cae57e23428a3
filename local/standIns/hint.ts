/** Stand-ins say this when a program asks for something that they do not have. */
export const HINT =
  "This is a stand-in for the official plugin: it has only what Holdfast's own program uses. Resources of your own " +
  "need the official plugins. Set HOLDFAST_PLUGINS=official, on a computer that reaches get.pulumi.com or has them on PATH.";
