/**
 * Seconds after which PostgreSQL hands over what was written, of its `archive_timeout`.
 *
 * @throws when the settings do not have one: then a quiet database would hand over nothing for hours
 */
export function readArchiveTimeout(settings: string): number {
  const found = /^archive_timeout = (\d+)s$/m.exec(settings)?.[1];
  if (found === undefined)
    throw new Error("PostgreSQL's settings have no archive_timeout, which the failure report computes with");
  return Number(found);
}
