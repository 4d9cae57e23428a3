// What the program and the SDKs of its resources use of @pulumi/pulumi/runtime, for bundles.
export * from "@pulumi/pulumi/runtime/config";
export * from "@pulumi/pulumi/runtime/invoke";
export * from "@pulumi/pulumi/runtime/resource";
export * from "@pulumi/pulumi/runtime/rpc";
export * from "@pulumi/pulumi/runtime/settings";
export * from "@pulumi/pulumi/runtime/stack";
