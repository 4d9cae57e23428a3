import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One test of a Python file in this folder, by its name in words. */
export interface PythonTest {
  readonly name: string;
  /** Runs it; gives unittest's report, and rejects with it when the test fails. */
  readonly run: () => Promise<string>;
}

/** The tests of one class, each as a process of its own. */
export function pythonTests(file: string, group: string): PythonTest[] {
  const source = readFileSync(join(__dirname, `${file}.py`), "utf8");
  return [...source.matchAll(/def (test_\w+)/g)].map(([, name = ""]) => ({
    name: name.slice("test_".length).replaceAll("_", " "),
    run: () => runPython(`${file}.${group}.${name}`),
  }));
}

function runPython(test: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("python3", ["-B", "-m", "unittest", test], { cwd: __dirname }, (error, _stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}
