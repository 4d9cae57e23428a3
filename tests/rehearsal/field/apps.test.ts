import { join } from "node:path";
import { hashOfFolder } from "../../../provider/machine/archives/folder";
import type { ConfigurationInputs } from "../../../provider/machine/inputs";
import { app } from "../../../roles/app/app";
import { settingsWith } from "../../blueprint/source";
import { contextOf } from "../../roles/context";
import { fill } from "../../support/folder";
import { front, Lab } from "../configuration/lab";
import { Stack } from "../configuration/stack";

jest.setTimeout(300_000);

// Programs of other people's kinds, on one machine, with the files and units that the app's role renders for it. What puts
// them into rotation is left out: there is no load balancer here. Each test goes on from the one before it.

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await Lab.open("apps", { machines: "front" });
  // Where the machine of the settings would be asked for its health.
  await lab.inside(front.id, `ip address add ${contextOf("app-1").machine.privateAddress}/32 dev lo`);
  stack = new Stack(lab.folder, lab.keyFile);
  await stack.pulumi("stack", "init", "test");
}, 300_000);
afterAll(() => lab.close());

interface Release {
  readonly version: string;
  readonly start: string;
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** @default 2 */
  readonly instances?: number;
}

/** The machine's configuration with that release. */
async function inputsOf({ version, packages, start, files, instances = 2 }: Release): Promise<ConfigurationInputs> {
  const manifest = JSON.stringify({ name: "shop", version, start, packages });
  const folder = fill(join(lab.folder, version), { "holdfast.yaml": manifest, ...files });
  const settings = settingsWith({ "holdfast:app": { release: folder, instances, settleTime: 1 } });
  const role = app({ ...contextOf("app-1", settings), releaseSha256: await hashOfFolder(folder) });
  return {
    machine: front.name,
    serverId: String(front.id),
    connection: lab.connection,
    lease: { ...lab.connection, serverId: String(front.id) },
    packages: role.packages,
    archives: role.archives,
    files: role.files,
    units: (role.units ?? [])
      .filter(({ name }) => name.startsWith("app@"))
      .map(({ beforeStop: _out, afterHealthy: _in, ...unit }) => unit),
  };
}

async function rollOut(release: Release) {
  stack.write({ front: await inputsOf(release) });
  return stack.try("up", "--yes", "--skip-preview");
}

const inside = async (script: string) => (await lab.inside(front.id, script)).trim();
const get = (path: string, port = 8001) => inside(`curl -fsS http://127.0.0.1:${String(port)}${path}`);
const journal = () => inside("journalctl --output=cat --identifier=app-1 --no-pager");
const failedUnits = () => inside("systemctl list-units --failed --plain --no-legend 'app*'");
const timesOfFiles = () => inside("find /opt/app/release/ -printf '%T@\\n' | sort -u");

const node: Release = {
  version: "1.0",
  packages: ["nodejs"],
  start: 'export GREETING="hello  you"; cd web && NODE_ENV=production node server.js 2>&1 | cat',
  files: {
    "web/index.html": "<p>one</p>",
    "web/server.js": `
const fs = require("fs"), http = require("http");
fs.appendFileSync(process.env.HOME + "/.npmrc", "");
const server = http.createServer((request, answer) => {
  const { GREETING, NODE_ENV, HOME, STATE_DIRECTORY, CACHE_DIRECTORY, LANG } = process.env;
  answer.end(JSON.stringify({ GREETING, NODE_ENV, HOME, STATE_DIRECTORY, CACHE_DIRECTORY, LANG }));
}).listen(process.env.PORT);
process.on("SIGTERM", () => {
  console.log("asked to end");
  setTimeout(() => { console.log("has ended"); process.exit(0); }, 500);
});
`,
  },
};

test("Node behind an assignment, cd, a list and a pipe: it is what its author wrote, and has its surroundings", async () => {
  const { code, output } = await rollOut(node);
  expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  expect(JSON.parse(await get("/health"))).toEqual({
    GREETING: "hello  you",
    NODE_ENV: "production",
    HOME: "/var/lib/app",
    STATE_DIRECTORY: expect.stringMatching(/\/app$/) as string,
    CACHE_DIRECTORY: expect.stringMatching(/\/app$/) as string,
    LANG: "C.UTF-8",
  });
});

test("its end is asked for once, and waited for, though a shell stands before it", async () => {
  const [before = ""] = (await timesOfFiles()).split("\n");
  expect(await timesOfFiles()).toBe(before);
  const { code } = await rollOut({ ...node, version: "1.1", files: { ...node.files, "web/index.html": "<p>two</p>" } });
  expect(code).toBe(0);
  expect((await journal()).match(/asked to end|has ended/g)).toEqual(["asked to end", "has ended"]);
  // Validators of static files change with the release, and are the same for all of it.
  const after = await timesOfFiles();
  expect(after.split("\n")).toHaveLength(1);
  expect(Number(after)).toBeGreaterThan(Number(before));
});

const ruby: Release = {
  version: "2.0",
  packages: ["ruby"],
  start: "exec ruby server.rb",
  files: {
    "server.rb": `
require "socket"
Dir.mkdir(File.join(ENV["STATE_DIRECTORY"], "pids")) rescue nil
File.write(File.join(ENV["STATE_DIRECTORY"], "pids", ENV["INSTANCE"]), Process.pid)
trap("TERM") { exit!(143) }
server = TCPServer.new("0.0.0.0", ENV["PORT"])
loop do
  client = server.accept
  client.gets("\\r\\n\\r\\n")
  client.write("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
  client.close
end
`,
  },
};

test("Ruby, whose end is exit status 143 as a JVM's is: an instance that leaves is no alarm", async () => {
  expect((await rollOut(ruby)).code).toBe(0);
  expect(await get("/health", 8002)).toBe("ok");
  expect((await rollOut({ ...ruby, instances: 1 })).code).toBe(0);
  expect(await inside("systemctl is-active app@1 app@2 || true")).toBe("active\ninactive");
  expect(await failedUnits()).toBe("");
  await inside("systemctl stop app@1");
  expect(await failedUnits()).toBe("");
  await inside("systemctl start app@1");
});

/** A Lisp whose image and file of changes lie beside each other, where it is started: as a Smalltalk's do. */
const lisp = (version: string, start: string): Release => ({
  version,
  packages: ["sbcl"],
  start,
  instances: 1,
  files: {
    "image.lisp": `
(require :sb-bsd-sockets)
(require :sb-posix)
(defun note (line)
  (with-open-file (changes "shop.changes" :direction :output :if-exists :append :if-does-not-exist :create)
    (write-line line changes)))
(defun main ()
  (note "started")
  (let ((server (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp)))
    (setf (sb-bsd-sockets:sockopt-reuse-address server) t)
    (sb-bsd-sockets:socket-bind server #(0 0 0 0) (parse-integer (sb-posix:getenv "PORT")))
    (sb-bsd-sockets:socket-listen server 5)
    (loop
      (let* ((client (sb-bsd-sockets:socket-accept server))
             (stream (sb-bsd-sockets:socket-make-stream client :input t :output t :element-type 'character)))
        (loop for line = (read-line stream nil nil) while (and line (> (length line) 1)))
        (format stream "HTTP/1.1 200 OK~c~%Content-Length: 5~c~%Connection: close~c~%~c~%image" #\\Return #\\Return #\\Return #\\Return)
        (finish-output stream)
        (close stream)))))
(save-lisp-and-die "shop.image" :toplevel #'main)
`,
  },
});

test("an image that writes beside itself is told where it can, and runs from there", async () => {
  const refused = await rollOut(lisp("3.0", "sbcl --non-interactive --load image.lisp && sbcl --core shop.image"));
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(/It can write in \$STATE_DIRECTORY \(\/var\/lib\/app\).*docs\/apps\.md/);
  expect(refused.output).toContain("The old configuration is back");
  expect(await get("/health")).toBe("ok");

  const own =
    'mkdir -p "$STATE_DIRECTORY/$INSTANCE" && cp image.lisp "$STATE_DIRECTORY/$INSTANCE/" && cd "$STATE_DIRECTORY/$INSTANCE"';
  const { code, output } = await rollOut(
    lisp("3.1", `${own} && sbcl --non-interactive --load image.lisp && exec sbcl --core shop.image`),
  );
  expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  expect(await get("/health")).toBe("image");
  expect(await inside("cat /var/lib/private/app/1/shop.changes")).toBe("started");
});
