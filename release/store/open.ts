import type { StoreKeys, StorePlace } from "../../blueprint/resolve/store";
import { BucketShelf } from "./bucketShelf";
import { ReleaseError } from "../errors";
import { FolderShelf } from "./folderShelf";
import type { Shelf } from "./shelf";
import { SftpShelf } from "./sftpShelf";
import { ReleaseStore } from "./store";
import { WebShelf } from "./webShelf";

/**
 * The store at a place. Nothing is asked yet. Keys that the settings do not have come from where S3's tools look.
 *
 * @throws ReleaseError when the place is not there yet
 */
export function openStore(place: StorePlace, environment = process.env): ReleaseStore {
  if (place.kind === "backupStorage") throw notThereYet();
  // S3's keys are for nobody else than S3 and those who are configured to take them.
  if (place.kind === "folder" || place.kind === "sftp") return new ReleaseStore(shelfAt(place));
  return new ReleaseStore(shelfAt({ ...place, keys: place.keys ?? keysIn(environment) }));
}

function keysIn({ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }: NodeJS.ProcessEnv) {
  const keys: StoreKeys | undefined = accessKey && secretKey ? { accessKey, secretKey } : undefined;
  return keys;
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
