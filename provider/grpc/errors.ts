import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { printable } from "../../lib/printable";
import { encode } from "./secrets";
import { PartialFailure, type Values } from "./types";

/**
 * What a failed call answers. A `PartialFailure` carries the resource's id and state as a detail of the status (the
 * trailer `grpc-status-details-bin`), which is how the engine learns that the thing exists and keeps it.
 *
 * @param remark marks outputs as secret before they leave
 */
export function toServiceError(
  error: unknown,
  remark: (outputs: Values) => Values = (outputs) => outputs,
): ServiceError {
  const message = printable(error instanceof Error ? error.message : String(error));
  const metadata = new Metadata();
  if (error instanceof PartialFailure) {
    const detail = new ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(encode(remark(error.outputs)));
    detail.setReasonsList(error.reasons.map(printable));
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new Status();
    answer.setCode(status.UNKNOWN);
    answer.setMessage(message);
    answer.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  }
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}
