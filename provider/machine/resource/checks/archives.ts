import { absolutePath, account } from "./patterns";
import { checkText, checkWhole, entries, fields, isUnknown, type Refuse } from "./values";

/** More unpacked releases than this are a disk that fills up. */
const mostKept = 100;

/** Paths, forms and checksums of archives; whether they can be read is found out later. */
export function checkArchives(refuse: Refuse, archives: unknown): void {
  const text = checkText.bind(undefined, refuse);
  for (const [name, archive] of entries(archives)) {
    const property = `archives[${JSON.stringify(name)}]`;
    text(name, property, absolutePath, "an absolute path of a folder, without a slash at its end", true);
    if (isUnknown(archive)) continue;
    const { source, sha256, owner, group, label, keep } = fields(archive);
    text(source, `${property}.source`, /./, "the path of a folder, a .tar, a .tar.gz or a .tar.zst", true);
    text(sha256, `${property}.sha256`, /^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal (64 digits)", true);
    text(owner, `${property}.owner`, account, "the name of a user");
    text(group, `${property}.group`, account, "the name of a group");
    text(
      label,
      `${property}.label`,
      /^\S(?:[^\p{Cc}]{0,98}\S)?$/u,
      "a name and a version in one line, e.g. guestbook 1.4.0",
    );
    checkWhole(refuse, keep, `${property}.keep`, 1, mostKept, `a number of archives (1 to ${String(mostKept)})`);
  }
}
