import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { drills } from ".";
import { readResults } from "./frame/benchResult";
import { CHECKOUT } from "../stack/checkout";
import { readJournals } from "./frame/journal";
import { measuredPage } from "./frame/measured";
import { climb } from "./ladder/climb";

/** Writes docs/measured.md anew from all recorded runs; results of drills that no longer exist are left out. */
export function writeMeasuredPage(): void {
  const journals = readJournals();
  const inOrder = [...drills, climb].flatMap(({ name }) => journals.filter(({ drill }) => drill === name));
  writeFileSync(join(CHECKOUT, "docs/measured.md"), measuredPage(inOrder, readResults()));
}
