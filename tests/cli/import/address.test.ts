import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { addressOf } from "../../../cli/import/index";
import { sharedLibraries } from "../../support/python";

const database = join(__dirname, "../../../roles/database");
const libraries = [join(database, "backup/program"), join(database, "program"), ...sharedLibraries].join(":");

/** What the machine takes an address apart into: the password of its file, and what psql gets. */
const takeApart = `
import json, os, sys, tempfile, shutil
import loading
loading.RUN = tempfile.mkdtemp()
shutil.chown = lambda *_: None
found = []
for address in json.load(sys.stdin):
    with loading.logged_in(address) as (opened, environment):
        path = environment[0].partition("=")[2]
        found.append([opened, open(path, encoding="utf-8").read()])
print(json.dumps(found))
`;

/** A pgpass line as libpq reads it: a backslash takes the next character as it is. */
function passwordOf(line: string): string {
  return line.slice("*:*:*:*:".length).replace(/\n$/, "").replace(/\\(.)/gsu, "$1");
}

const awkward = [
  "50%41",
  "%",
  "a:b",
  "a@b/c?d#e[f]",
  "back\\slash",
  "'\"`$(x)",
  "käse ☕",
  " blank ",
  "100%zz&x=1",
  ";|<>{}^",
];

test("a password with any character arrives as it is, and never in the address that psql gets", () => {
  const passwords = [...awkward, ...Array.from({ length: 95 }, (_, at) => `x${String.fromCharCode(32 + at)}1`)];
  const addresses = passwords.map((password) =>
    addressOf("postgresql://ana@db.example.org:5433/shop?sslmode=require", password),
  );
  const answer = execFileSync("python3", ["-B", "-c", takeApart], {
    input: JSON.stringify(addresses),
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: libraries },
  });
  const found = JSON.parse(answer) as [string, string][];
  expect(found.map(([, file]) => passwordOf(file))).toEqual(passwords);
  expect(new Set(found.map(([opened]) => opened))).toEqual(
    new Set(["postgresql://ana@db.example.org:5433/shop?sslmode=require"]),
  );
});

test.each([
  ["postgresql://ana:secret@db/shop", /give it in PGPASSWORD/],
  ["postgresql://ana@/shop", /no address of one server/],
  ["postgresql://a b@h:x/shop", /no address of one server/],
  ["postgresql://h1:5432,h2:5432/shop", /no address of one server/],
])("%s is refused without showing it", (address, said) => {
  expect(() => addressOf(address, "")).toThrow(said);
  expect(() => addressOf(address, "")).not.toThrow(/secret|a b/);
});

test("a password of two lines is refused", () => {
  expect(() => addressOf("postgresql://ana@db/shop", "a\nb")).toThrow("line end");
});
