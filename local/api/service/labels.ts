import { invalidField } from "./errors";

/** Names and values that people hang on what they have in the cloud. */
export type Labels = Readonly<Record<string, string>>;

/** Letters, digits, and dots, dashes and underscores in between. */
const word = /^[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/;
const dnsPrefix = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

function isKey(key: string): boolean {
  const [first, second, ...rest] = key.split("/");
  if (rest.length > 0) return false;
  return second === undefined ? word.test(first) : first.length <= 253 && dnsPrefix.test(first) && word.test(second);
}

function isValue(value: string): boolean {
  return value === "" || word.test(value);
}

/** The labels of a request, all of them valid. @throws invalid_input */
export function checkedLabels(labels: Labels | undefined): Labels {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!isKey(key)) throw invalidField("labels", `"${key}" is not a label key`);
    if (!isValue(value)) throw invalidField("labels", `"${value}" is not a valid value for the label "${key}"`);
  }
  return labels ?? {};
}

type Predicate = (labels: Labels) => boolean;

/** `key in (a, b)`, `key notin (a, b)` */
const setTerm = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
/** `key = a`, `key == a`, `key != a` */
const equalityTerm = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/;

/** A whole selector: terms with commas between them, all of which have to hold. @throws invalid_input */
export function parseSelector(selector: string, field = "label_selector"): Predicate {
  // Commas inside parentheses separate values, not terms.
  const terms = selector.split(/,(?![^(]*\))/).map((term) => term.trim());
  const predicates = terms.filter((term) => term !== "").map((term) => parseTerm(term, field));
  return (labels) => predicates.every((holds) => holds(labels));
}

function parseTerm(term: string, field: string): Predicate {
  const set = setTerm.exec(term);
  if (set !== null) {
    const [, key, operator, list] = set;
    const values = list.split(",").map((value) => value.trim());
    checkTerm(term, key, values, field);
    const isIn: Predicate = (labels) => key in labels && values.includes(labels[key]);
    return operator === "in" ? isIn : (labels) => !isIn(labels);
  }
  const equality = equalityTerm.exec(term);
  if (equality !== null) {
    const [, key, operator, value] = equality;
    checkTerm(term, key, [value], field);
    // As in Kubernetes, from where this language comes: "is not" also holds for what lacks the label.
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const negated = term.startsWith("!");
  const key = negated ? term.slice(1).trim() : term;
  checkTerm(term, key, [], field);
  return (labels) => key in labels !== negated;
}

function checkTerm(term: string, key: string, values: readonly string[], field: string): void {
  if (!isKey(key) || !values.every(isValue)) throw invalidField(field, `"${term}" is not a label selector`);
}
