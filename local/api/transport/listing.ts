import type { ContractOperation } from "../contract/contract";
import { invalidField } from "../service/errors";
import { parseSelector, type Labels } from "../service/labels";
import type { View } from "../service/operation";

type Query = Readonly<Record<string, readonly string[]>>;

/** Entries of a page: without `per_page`, and at most. */
const pageSizes = { normal: 25, largest: 50, largestOfRrsets: 100 };

/** Parameters that are not "show only those whose property has one of these values". */
const notFilters = /^(page|per_page|sort|label_selector|include_.*)$/;

/** What a list operation answers: filtered, sorted, one page of it. @throws invalid_input */
export function listing(operation: ContractOperation, key: string, views: readonly View[], query: Query): View {
  const known = operation.query ?? {};
  checkValues(operation, query);
  let result = filtered(views, known, query);
  const selector = query.label_selector?.at(0);
  if (selector !== undefined && "label_selector" in known) {
    const matches = parseSelector(selector);
    result = result.filter((view) => matches(view.labels as Labels));
  }
  if ("sort" in known) result = sorted(result, query.sort ?? []);
  if (!("page" in known)) return { [key]: result };

  const largest = key === "rrsets" ? pageSizes.largestOfRrsets : pageSizes.largest;
  const perPage = Math.min(positive(query, "per_page", pageSizes.normal), largest);
  const page = positive(query, "page", 1);
  const lastPage = Math.max(1, Math.ceil(result.length / perPage));
  return {
    [key]: result.slice((page - 1) * perPage, page * perPage),
    meta: {
      pagination: {
        page,
        per_page: perPage,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < lastPage ? page + 1 : null,
        last_page: lastPage,
        total_entries: result.length,
      },
    },
  };
}

function checkValues(operation: ContractOperation, query: Query): void {
  for (const [name, allowed] of Object.entries(operation.query ?? {})) {
    if (allowed === true) continue;
    const wrong = (query[name] ?? []).find((value) => !allowed.includes(value));
    if (wrong !== undefined) throw invalidField(name, `"${wrong}" is none of ${allowed.join(", ")}`);
  }
}

function filtered(views: readonly View[], known: object, query: Query): View[] {
  const filters = Object.entries(query).filter(([name]) => name in known && !notFilters.test(name));
  return views.filter((view) => filters.every(([name, values]) => values.includes(String(view[name]))));
}

function sorted(views: readonly View[], keys: readonly string[]): View[] {
  const orders = keys.map((key) => {
    const [field, direction = "asc"] = key.split(":");
    return { field, sign: direction === "desc" ? -1 : 1 };
  });
  return [...views].sort((a, b) => {
    for (const { field, sign } of orders) {
      const order = compare(a[field], b[field]);
      if (order !== 0) return order * sign;
    }
    return compare(a.id, b.id);
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a ?? ""), String(b ?? "")];
  return left < right ? -1 : left > right ? 1 : 0;
}

function positive(query: Query, name: string, normal: number): number {
  const text = query[name]?.at(0);
  if (text === undefined) return normal;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidField(name, `"${text}" is no positive number`);
  return Number(text);
}
