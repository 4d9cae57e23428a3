import type { StoreKeys, StorePlace } from "../../blueprint/resolve/store";
import { BucketShelf } from "./bucketShelf";
import { FolderShelf } from "./folderShelf";
import type { Shelf } from "./shelf";
import { ReleaseStore } from "./store";
import { WebShelf } from "./webShelf";

/** The store at a place. Nothing is asked yet. Keys that the settings do not have come from where S3's tools look. */
export function openStore(place: StorePlace, environment = process.env): ReleaseStore {
  if (place.kind === "folder") return new ReleaseStore(shelfAt(place));
  return new ReleaseStore(shelfAt({ ...place, keys: place.keys ?? keysIn(environment) }));
}

function keysIn({ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }: NodeJS.ProcessEnv) {
  const keys: StoreKeys | undefined = accessKey && secretKey ? { accessKey, secretKey } : undefined;
  return keys;
}

function shelfAt(place: StorePlace): Shelf {
  switch (place.kind) {
    case "folder":
      return new FolderShelf(place.path);
    case "bucket":
      return new BucketShelf(place);
    case "web":
      return new WebShelf(place);
  }
}
