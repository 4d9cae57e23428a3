/** What goes into a store: a text, or a file of this computer. */
export type Content = { readonly text: string } | { readonly file: string };

/**
 * A list of all keys, as JSON, in places that cannot be asked what they have. Folders have it too, so that any web server
 * can serve one as a store.
 */
export const indexKey = "index.json";

/** The text of an index. */
export function indexText(keys: Iterable<string>): string {
  return `${JSON.stringify([...keys].filter((key) => key !== indexKey).sort(), null, 2)}\n`;
}

/**
 * A place that keeps contents under flat keys (`guestbook@1.4.0.json`): a folder, a bucket, an SFTP or a web server.
 * `ReleaseStore` is built on it.
 */
export interface StoreBackend {
  /** For messages, e.g. `the folder ./releases`. */
  readonly place: string;
  /** Nothing when there is no such key. */
  readText(key: string): Promise<string | undefined>;
  /** Copies what is under a key into a file; false when there is no such key. */
  fetch(key: string, to: string): Promise<boolean>;
  /** Writes a content under a key, whole or not at all. */
  write(key: string, content: Content): Promise<void>;
  /** The same for a new key. Returns false when the key exists already, also when two writers try at once. */
  writeNew(key: string, content: Content): Promise<boolean>;
  /** Removes a key, if it exists. */
  remove(key: string): Promise<void>;
  /** All keys, in no order. */
  list(): Promise<readonly string[]>;
}
