import { readFileSync } from "node:fs";
import { posix, relative } from "node:path";
import tseslint from "typescript-eslint";

/**
 * What each folder may import: other folders or files of this repository, and packages, each by the beginning of its name.
 * A row of a folder inside a folder counts in place of the outer one. Data flows one way (docs/architecture.md), and each
 * folder can be read, tested and replaced without those that it does not know.
 */
const table = JSON.parse(readFileSync(new URL("imports.json", import.meta.url), "utf8"));

const isIn = (folder) => (path) => path === folder || path.startsWith(`${folder}/`);

/** Why this file may not import this, or undefined. */
function refusal(file, specifier) {
  const rows = Object.keys(table).filter((folder) => isIn(folder)(file));
  const [row] = rows.sort((one, other) => other.length - one.length);
  if (row === undefined) return "The folder has no row in imports.json.";
  const { folders, packages } = table[row];
  if (!specifier.startsWith(".")) {
    const known = specifier.startsWith("node:") || packages.some((beginning) => specifier.startsWith(beginning));
    return known ? undefined : `${row} does not use the package ${specifier}: imports.json.`;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const inside = row.includes(".") ? [] : [row];
  return [...inside, ...folders].some((folder) => isIn(folder)(target))
    ? undefined
    : `${row} knows nothing of ${target}: imports.json.`;
}

/** Refuses imports that the table does not have, `require` and types included. */
const imports = {
  create(context) {
    const file = relative(import.meta.dirname, context.filename);
    const check = (node, source) => {
      const message = typeof source?.value === "string" ? refusal(file, source.value) : undefined;
      if (message !== undefined) context.report({ node, message });
    };
    const withSource = (node) => check(node, node.source);
    return {
      ImportDeclaration: withSource,
      ExportNamedDeclaration: withSource,
      ExportAllDeclaration: withSource,
      ImportExpression: withSource,
      TSImportType: withSource,
      "CallExpression[callee.name='require']": (node) => check(node, node.arguments[0]),
    };
  },
};

export default tseslint.config(
  { ignores: ["node_modules/", "**/*.js", "**/*.d.ts"] },
  {
    files: ["**/*.ts"],
    plugins: { holdfast: { rules: { imports } } },
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "holdfast/imports": "error",
      // What only type information finds: forgotten awaits above all.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "error",
      "@typescript-eslint/no-deprecated": "error",
      "@typescript-eslint/restrict-plus-operands": "error",
      "@typescript-eslint/no-redundant-type-constituents": "error",
      "@typescript-eslint/no-unnecessary-type-arguments": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  // No state hides in a module, where two calls would talk through it. Tests keep theirs between their hooks.
  {
    files: ["**/*.ts"],
    ignores: ["tests/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...["Program", "Program > ExportNamedDeclaration"].flatMap((top) => [
          {
            selector: `${top} > VariableDeclaration[kind='let']`,
            message: "A module has no variables: hand the value over, or keep it in an object with an owner.",
          },
          {
            selector: `${top} > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Map|Set)$/][arguments.length=0]`,
            message: "A module has no collection that fills up: give it to an object with an owner.",
          },
        ]),
      ],
    },
  },
  // The command line talks to people through stdout.
  {
    files: [
      "cli/**/*.ts",
      "stack/**/*.ts",
      "lib/**/*.ts",
      "drills/frame/benchResult.ts",
      "toolchain/**/*.ts",
      "tests/run/**/*.ts",
      "bench/**/*.ts",
      "local/daemon.ts",
    ],
    rules: { "no-console": "off" },
  },
);
