import { nextSteps, parseRotate, phasesOf, rotatedSecrets, turnOf } from "../../blueprint/rotations";

test("after all steps of a rotation there is one value, the next one; between them there are two", () => {
  for (const secret of rotatedSecrets) {
    const phases = phasesOf[secret];
    for (let step = 0; step <= 3 * phases; step++) {
      const { generation, phase } = turnOf(secret, { [secret]: step });
      expect(generation * phases + phase).toBe(step);
      expect(phase).toBeLessThan(phases);
    }
  }
  expect(turnOf("database", {})).toEqual({ generation: 0, phase: 0 });
});

test("an update goes on by one step at most, and only from where an update has come to its end", () => {
  expect(nextSteps({ ca: 1 }, { ca: 1 })).toEqual({ ca: 1 });
  expect(nextSteps({}, {}, "database=1,ca=1")).toEqual({ database: 1, ca: 1 });
  expect(nextSteps({ database: 1 }, {}, "database=1")).toEqual({ database: 1 });
  expect(nextSteps({ database: 1 }, { database: 1 }, "database=2")).toEqual({ database: 2 });
  expect(() => nextSteps({ database: 1 }, {}, "database=2")).toThrow("at step 1, which no update has finished");
  expect(() => nextSteps({ database: 1 }, { database: 1 }, "database=3")).toThrow("cannot go to 3");
  expect(() => nextSteps({ database: 2 }, { database: 2 }, "database=1")).toThrow("cannot go to 1");
});

test.each(["", "database", "database=0", "database=-1", "ghost=1", "database=1x"])("%p is not for people", (text) => {
  expect(() => parseRotate(text)).toThrow("`npx holdfast rotate SECRET` sets it");
});
