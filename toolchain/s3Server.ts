import { type GoTool, obtainGoTool } from "./goTool";
import type { Progress } from "../lib/progress";

/** An S3-compatible server that keeps its buckets in folders: for tests, never for a stack. */
const s3Server: GoTool = {
  folder: "s3-server",
  package: "github.com/versity/versitygw/cmd/versitygw",
  version: "1.8.0",
  purpose: "to test what is kept in buckets",
  limit: 900,
};

/** Path of the S3 server, or a short reason why it is missing. */
export function obtainS3Server(options: { progress?: Progress } = {}): Promise<string | { readonly missing: string }> {
  return obtainGoTool(s3Server, options);
}
