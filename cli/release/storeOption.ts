import { Option } from "commander";

/** `--store`, for the commands that ask a store which is not the stack's own. */
export function storeOption(): Option {
  return new Option("--store <place>", "a store: a folder, s3://BUCKET, an https or an sftp address");
}
