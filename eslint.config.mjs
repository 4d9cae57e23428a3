import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "**/*.js", "**/*.d.ts"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Forgotten awaits are the one class of bug that only type information finds.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  // The command line talks to people through stdout.
  {
    files: ["cli/**/*.ts", "toolchain/**/*.ts", "tests/run/**/*.ts", "bench/**/*.ts", "local/daemon.ts"],
    rules: { "no-console": "off" },
  },
);
