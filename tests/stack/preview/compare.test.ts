import { existsSync } from "node:fs";
import { join } from "node:path";
import { baselineOf, compare } from "../../../stack/preview/compare";
import { errorsOf } from "../../../stack/preview/digest";
import { resourceChanges } from "../../../stack/preview/resources";
import { openRevision } from "../../../stack/preview/revision";
import { hasPulumi } from "../../blueprint/pulumi";
import { repository } from "../../blueprint/source";
import { testWhere } from "../../support/needs";

const hasHistory = existsSync(join(repository, ".git"));

// What changes is pairs.test.ts's business; here is what does not.
(hasHistory ? testWhere(hasPulumi) : test.skip)(
  "two checkouts of the same commit are no change, wherever they lie",
  async () => {
    const [before, after] = [await openRevision("HEAD"), await openRevision("HEAD")];
    try {
      const digest = await compare("staging", await baselineOf("staging", before), after);
      expect(errorsOf(digest)).toEqual([]);
      expect(resourceChanges(digest)).toEqual([]);
      expect(await compare("staging", undefined, after).then(resourceChanges)).not.toEqual([]);
    } finally {
      before.close();
      after.close();
    }
  },
  120_000,
);
