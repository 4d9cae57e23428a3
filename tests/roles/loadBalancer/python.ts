import { execFile } from "node:child_process";
import { join } from "node:path";

/** Runs one part of the Python tests in a folder beside this; its output is the error message when it fails. */
export function runPython(folder: string, testCase: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("python3", ["-m", "unittest", testCase], { cwd: join(__dirname, folder) }, (error, _stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}
