import { invalidField } from "../errors";

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Countries whose registries sell names below such second levels, e.g. `co.uk`. Hetzner knows the whole public list. */
const secondLevel = /^(ac|co|com|edu|gov|net|org)\.[a-z]{2}$/;

/** @throws invalid_input for what no registry sells: a top level alone, or a name below a zone */
export function checkedZoneName(name: string): string {
  const labels = name.split(".");
  if (!labels.every((part) => label.test(part))) {
    throw invalidField("name", "has to be a domain in lower case, without a dot at its end");
  }
  const suffix = secondLevel.test(labels.slice(-2).join(".")) ? 2 : 1;
  if (labels.length <= suffix) throw invalidField("name", `${name} is a public suffix`);
  if (labels.length > suffix + 1) {
    throw invalidField("name", `subdomains are not supported; the zone is ${labels.slice(-suffix - 1).join(".")}`);
  }
  return name;
}

/** @throws invalid_input for a name that is not as the API wants it within this zone */
export function checkedRrsetName(name: string, zone: string): string {
  const labels = name.replace(/^\*(\.|$)/, "").split(".");
  const isName = name === "@" || name === "*" || labels.every((part) => label.test(part));
  if (!isName) throw invalidField("name", "has to be in lower case, without a dot at its end; @ is the zone itself");
  if (name === zone || name.endsWith(`.${zone}`))
    throw invalidField("name", `must not end with the zone's name ${zone}`);
  if (`${name}.${zone}`.length > 253) throw invalidField("name", "is too long");
  return name;
}

/** Whether it can stand in a record: with a dot at its end it is whole, else it is within the zone. */
export function isHostName(text: string): boolean {
  return (
    text === "@" ||
    (text.length <= 254 &&
      text
        .replace(/\.$/, "")
        .toLowerCase()
        .split(".")
        .every((part) => label.test(part)))
  );
}
