import { join } from "node:path";
import { run } from "../../../lib/run";
import type { LoadResult } from "../../../drills/load/outcomes";

const load = join(__dirname, "../../../drills/load/load.ts");

test("a load whose drill has ended before the load's first line ends at once, and not when its time is over", async () => {
  const options = JSON.stringify({ url: "http://127.0.0.1:9/", rate: 1, duration: 600 });
  const longGone = "1";
  const { code, stdout, stderr } = await run(
    process.execPath,
    ["--require", "ts-node/register", load, options, longGone],
    {
      timeout: 25,
    },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect((JSON.parse(stdout) as LoadResult).sent).toBeLessThan(5);
});
