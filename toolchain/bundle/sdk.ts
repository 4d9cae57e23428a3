// What the program uses of @pulumi/pulumi, for bundles. The whole of it loads npm's dependency resolver as well, for programs
// that serialise functions, and the automation of Pulumi: a third of a second of processor time with each preview.
export * from "@pulumi/pulumi/config";
export * from "@pulumi/pulumi/errors";
export * from "@pulumi/pulumi/metadata";
export * from "@pulumi/pulumi/output";
export * from "@pulumi/pulumi/resource";
export * from "@pulumi/pulumi/stackReference";
export * as log from "@pulumi/pulumi/log";
export * as runtime from "./sdkRuntime";
