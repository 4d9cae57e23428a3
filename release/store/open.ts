import type { StorePlace } from "../../blueprint/resolve/store";
import { BucketShelf } from "./bucketShelf";
import { ReleaseError } from "../errors";
import { storeKeysIn } from "./environmentKeys";
import { FolderShelf } from "./folderShelf";
import type { Shelf } from "./shelf";
import { SftpShelf } from "./sftpShelf";
import { ReleaseStore } from "./store";
import { WebShelf } from "./webShelf";

/**
 * The store at a place. Nothing is asked yet. Keys that the settings do not have come from the environment.
 *
 * @throws ReleaseError when the place is not there yet
 */
export function openStore(place: StorePlace, environment = process.env): ReleaseStore {
  if (place.kind === "backupStorage") throw notThereYet();
  // The environment's keys are two, as buckets and web servers want them; an SFTP server has an account in its address.
  if (place.kind === "folder" || place.kind === "sftp") return new ReleaseStore(shelfAt(place));
  return new ReleaseStore(shelfAt({ ...place, keys: place.keys ?? storeKeysIn(environment) }));
}

function notThereYet(): ReleaseError {
  return new ReleaseError("the store on the backup storage", {
    wrong: "is not there yet",
    why: "its account is made by `pulumi up`",
    fix: "run `pulumi up` first, with a folder as `app.release`; then build the release and name it",
  });
}

function shelfAt(place: Exclude<StorePlace, { kind: "backupStorage" }>): Shelf {
  switch (place.kind) {
    case "folder":
      return new FolderShelf(place.path);
    case "bucket":
      return new BucketShelf(place);
    case "sftp":
      return new SftpShelf(place);
    case "web":
      return new WebShelf(place);
  }
}
