import type { StorePlace } from "../../blueprint/resolve/store";
import { BucketBackend } from "./bucketBackend";
import { ReleaseError } from "../errors";
import { storeKeysIn } from "./environmentKeys";
import { FolderBackend } from "./folderBackend";
import type { StoreBackend } from "./backend";
import { SftpBackend } from "./sftpBackend";
import { ReleaseStore } from "./store";
import { WebBackend } from "./webBackend";

/**
 * The store at a place. Nothing is asked yet. Keys that the settings do not have come from the environment.
 *
 * @throws ReleaseError when the place is not there yet
 */
export function openStore(place: StorePlace, environment = process.env): ReleaseStore {
  if (place.kind === "backupStorage") throw notThereYet();
  // The environment's keys are two, as buckets and web servers want them; an SFTP server has an account in its address.
  if (place.kind === "folder" || place.kind === "sftp") return new ReleaseStore(backendAt(place));
  return new ReleaseStore(backendAt({ ...place, keys: place.keys ?? storeKeysIn(environment) }));
}

function notThereYet(): ReleaseError {
  return new ReleaseError("the store on the backup storage", {
    wrong: "is not there yet",
    why: "its account is made by `pulumi up`",
    fix: "run `pulumi up` first, with a folder as `app.release`; then build the release and name it",
  });
}

function backendAt(place: Exclude<StorePlace, { kind: "backupStorage" }>): StoreBackend {
  switch (place.kind) {
    case "folder":
      return new FolderBackend(place.path);
    case "bucket":
      return new BucketBackend(place);
    case "sftp":
      return new SftpBackend(place);
    case "web":
      return new WebBackend(place);
  }
}
