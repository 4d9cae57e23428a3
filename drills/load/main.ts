import { load, type LoadOptions } from "./load";
import { runAsProgram } from "./program";

runAsProgram<LoadOptions>((options, signal) => load({ ...options, signal }));
