import { isDeepStrictEqual } from "node:util";
import { Secret, UNKNOWN, type ResourceHandler, type Values } from "../../../provider/grpc/types";

/** What sets one kind of random value apart from the others. */
export interface RandomKind {
  /** Settings and the values that they have when the program says nothing (`null`: none). */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  /** Names of the generated outputs. */
  readonly generated: readonly string[];
  /** Generated outputs that are kept encrypted. */
  readonly secret?: readonly string[];
  /** What is wrong with these settings (defaults filled in), if anything. */
  check?(settings: Values): string | undefined;
  /** @returns the id and the generated outputs */
  generate(settings: Values): { id: string; outputs: Values };
  /** Settings and generated outputs of a value that exists already; its id is what `pulumi import` is given. */
  adopt?(id: string): { id: string; settings: Values; outputs: Values };
}

/** A resource of the random package: made once, kept for ever, made anew when any setting or keeper changes. */
export function randomResource(kind: RandomKind): ResourceHandler {
  const names = ["keepers", ...Object.keys(kind.settings)];
  const complete = (inputs: Values): Values => ({ keepers: null, ...kind.settings, ...withoutNulls(inputs) });
  const seal = (outputs: Values): Values =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [
        name,
        kind.secret?.includes(name) && value !== UNKNOWN ? new Secret(value) : value,
      ]),
    );

  return {
    check: ({ news }) => {
      const missing = (kind.required ?? [])
        .filter((property) => news[property] === undefined || news[property] === null)
        .map((property) => ({ property, reason: `Missing required property '${property}'` }));
      const strange = Object.keys(news)
        .filter((property) => !names.includes(property))
        .map((property) => ({ property, reason: `'${property}' is no property of this resource` }));
      const known = missing.length === 0 && !Object.values(news).includes(UNKNOWN);
      const reason = known ? kind.check?.(complete(news)) : undefined;
      return { inputs: news, failures: [...missing, ...strange, ...(reason ? [{ property: "", reason }] : [])] };
    },

    diff: ({ oldInputs, news }) => {
      const [before, after] = [complete(oldInputs), complete(news)];
      const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
      return {
        changes: changed.length > 0,
        replaces: changed,
        diffs: changed,
        detailed: Object.fromEntries(changed.map((name) => [name, kindOf(before[name], after[name])])),
      };
    },

    create: ({ inputs, preview }) => {
      const settings = complete(inputs);
      if (preview) {
        const unknown = Object.fromEntries(kind.generated.map((name) => [name, UNKNOWN]));
        return Promise.resolve({ id: "", outputs: { ...settings, ...unknown } });
      }
      const { id, outputs } = kind.generate(settings);
      return Promise.resolve({ id, outputs: { ...settings, ...seal(outputs) } });
    },

    read: ({ id, inputs, outputs }) => {
      if (Object.keys(outputs).length > 0) return Promise.resolve({ id, inputs, outputs: seal(outputs) });
      if (!kind.adopt) throw new Error("A value of this kind cannot be imported: its settings are not part of it.");
      const adopted = kind.adopt(id);
      return Promise.resolve({
        id: adopted.id,
        inputs: adopted.settings,
        outputs: { ...complete(adopted.settings), ...seal(adopted.outputs) },
      });
    },
  };
}

function kindOf(before: unknown, after: unknown): "add-replace" | "delete-replace" | "update-replace" {
  if (before === null || before === undefined) return "add-replace";
  return after === null || after === undefined ? "delete-replace" : "update-replace";
}

function withoutNulls(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
