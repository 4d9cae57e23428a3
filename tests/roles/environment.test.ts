import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { environment } from "../../roles/app/environment";
import { contextOf, configured } from "./context";
import { settingsWith } from "../blueprint/source";

// systemd reads double quotes in environment files as a shell does, so a shell can tell whether a value survives.
test("every value arrives as it was written", () => {
  const { blueprint, machine } = contextOf("app-1");
  const text = fc.string({ unit: fc.constantFrom(..."aZ9 '\"\\$`!#&;|<>*?~=%{}äé".split("")), maxLength: 30 });
  fc.assert(
    fc.property(text, (value) => {
      const settings = { ...blueprint.settings, app: { ...blueprint.settings.app, environment: { GREETING: value } } };
      const line =
        environment(settings, machine)
          .split("\n")
          .find((one) => one.startsWith("GREETING=")) ?? "";
      const seen = execFileSync("sh", ["-c", `${line}\nprintf %s "$GREETING"`], { encoding: "utf8" });
      expect(seen).toBe(value);
    }),
    { numRuns: 40 },
  );
});

test("the environment is encrypted when one of its values is, and root's alone always", () => {
  const path = "/etc/holdfast/app/environment";
  const settings = settingsWith({ "holdfast:app": { release: "./examples/guestbook", environment: { KEY: "k" } } });
  expect(configured("app-1", settings).files[path]).toMatchObject({ mode: "0600", secret: false });
  expect(configured("app-1", { ...settings, environmentIsSecret: true }).files[path]).toMatchObject({ secret: true });
});
