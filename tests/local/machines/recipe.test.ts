import { debian13, recipeHash } from "../../../local/machines/recipe";

describe("the base image's identity", () => {
  test("is the same for the same recipe", () => {
    expect(recipeHash(debian13("amd64"))).toBe(recipeHash(debian13("amd64")));
  });

  test("changes with anything in it", () => {
    const recipe = debian13("amd64");
    const others = [
      debian13("arm64"),
      { ...recipe, packages: [...recipe.packages, "tree"] },
      { ...recipe, files: { ...recipe.files, "/etc/hostname": "other\n" } },
    ];
    expect(new Set([recipe, ...others].map(recipeHash)).size).toBe(4);
  });
});
