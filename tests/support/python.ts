import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of the libraries that our programs on machines share. */
export const sharedLibraries = ["../../provider/machine/onMachine", "../../roles"].map((folder) =>
  join(__dirname, folder),
);

/** One test of a Python file, by its name in words. */
export interface PythonTest {
  readonly name: string;
  /** Runs it; gives unittest's report, and rejects with it when the test fails. */
  readonly run: () => Promise<string>;
}

/** The tests of one class in a file `folder/module.py`, each as a process of its own. */
export function pythonTests(folder: string, module: string, group: string): PythonTest[] {
  const source = readFileSync(join(folder, `${module}.py`), "utf8");
  return [...source.matchAll(/def (test_\w+)/g)].map(([, name = ""]) => ({
    name: name.slice("test_".length).replaceAll("_", " "),
    run: () => runPython(folder, `${module}.${group}.${name}`),
  }));
}

/**
 * Runs Python's unittest in a folder; gives its report, and rejects with it when a test fails or none is there.
 *
 * @param tests what unittest shall run: a module, a class or a test of it; `discover`: all that it finds
 */
export function runPython(folder: string, ...tests: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // On machines the shared libraries lie beside each program; here they are found by this.
    const options = { cwd: folder, env: { ...process.env, PYTHONPATH: sharedLibraries.join(":") } };
    execFile("python3", ["-B", "-m", "unittest", ...tests], options, (error, _stdout, stderr) => {
      if (error || !/^Ran [1-9]/m.test(stderr)) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}
