import tseslint from "typescript-eslint";

/**
 * What a folder may not import, as docs/architecture.md has it: folders of this repository, and packages. Data flows one
 * way, and each folder can be read, tested and replaced without those that it does not know.
 */
const knowsNothingOf = {
  blueprint: { folders: "components|roles|machine|release|local|failures|drills|cli", packages: "@pulumi/" },
  roles: { folders: "components|local|release|drills|cli|machine(?!/inputs)", packages: "@pulumi/|ssh2" },
  machine: { folders: "blueprint|roles|components|release|drills|cli" },
  release: { folders: "roles|components|local|drills|cli", packages: "@pulumi/" },
  components: { folders: "drills|failures|cli" },
  certificates: { folders: "machine(?!/ssh)|roles|components|local|cli" },
  keys: { folders: "machine(?!/ssh)|roles|components|local|cli" },
  plugin: { folders: "machine|certificates|keys|roles|components|local|cli" },
  failures: { folders: "components|machine|local|drills|cli", packages: "@pulumi/" },
  drills: { folders: "components|blueprint", packages: "@pulumi/" },
  toolchain: { folders: "blueprint|roles|machine|components|local|cli" },
  "local/api": { folders: "machines|plugins|network(?!/addresses)" },
  "local/machines": { folders: "api|plugins" },
  "local/network": { folders: "api|plugins" },
  "local/standIns": { folders: "api|machines|network" },
};

const boundaries = Object.entries(knowsNothingOf).map(([folder, { folders, packages }]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: `^(\\.\\./)+(${folders})(/|$)`, message: `${folder}/ knows nothing of it: docs/architecture.md.` },
          ...(packages ? [{ regex: `^(${packages})`, message: `${folder}/ knows nothing of it.` }] : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["node_modules/", "**/*.js", "**/*.d.ts"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
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
  ...boundaries,
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
