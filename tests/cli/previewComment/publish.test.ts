import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { failedComment, marker, ofCommit } from "../../../cli/previewComment/markdown";
import { gitHubFrom, publish, type GitHub } from "../../../cli/previewComment/publish";

const commit = "c".repeat(40);
const text = `${marker}\n\n## What this change does\n`;
const written = `${marker}\n\n<sub>As of ${commit}</sub>\n\n## What this change does\n`;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization?: string;
  readonly body?: { readonly body: string };
}

/** As much of GitHub's API as comments need: pull requests and comments in pages of 100. */
class FakeGitHub {
  readonly calls: Call[] = [];
  pulls: { number: number; head: { sha: string } }[] = [{ number: 7, head: { sha: commit } }];
  comments: { id: number; body: string; user: { type: string } }[] = [];
  files: { filename: string }[] = [{ filename: "Pulumi.prod.yaml" }];
  status = 200;
  private readonly server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const { method = "" } = request;
      this.calls.push({
        method,
        path: url.pathname,
        authorization: request.headers.authorization,
        ...(body && { body: JSON.parse(body) as { body: string } }),
      });
      const lists: Readonly<Record<string, readonly unknown[]>> = { pulls: this.pulls, files: this.files };
      const all = lists[url.pathname.split("/").at(-1) ?? ""] ?? this.comments;
      const page = Number(url.searchParams.get("page") ?? 1);
      response.writeHead(this.status, { "content-type": "application/json" });
      response.end(JSON.stringify(method === "GET" ? all.slice((page - 1) * 100, page * 100) : {}));
    });
  });

  async start(): Promise<GitHub> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return { api: `http://127.0.0.1:${port}`, repository: "five/shop", token: "t0k3n" };
  }

  stop(): Promise<unknown> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  get writes(): readonly Call[] {
    return this.calls.filter(({ method }) => method !== "GET");
  }
}

let fake: FakeGitHub;
let gitHub: GitHub;
beforeEach(async () => {
  fake = new FakeGitHub();
  gitHub = await fake.start();
});
afterEach(() => fake.stop());

test("the first time a comment is written, with the token, to the pull request of the commit", async () => {
  fake.pulls.unshift({ number: 6, head: { sha: "d".repeat(40) } });
  expect(await publish(text, commit, gitHub)).toBe("#7: the comment was written");
  expect(fake.writes).toEqual([
    {
      method: "POST",
      path: "/repos/five/shop/issues/7/comments",
      authorization: "Bearer t0k3n",
      body: { body: written },
    },
  ]);
});

test("the next time it is written over, also where it is on the second page", async () => {
  fake.comments = Array.from({ length: 120 }, (_, id) => ({ id, body: "well done", user: { type: "User" } }));
  fake.comments.push({ id: 500, body: `${marker} old`, user: { type: "Bot" } });
  expect(await publish(text, commit, gitHub)).toBe("#7: the comment was brought up to date");
  expect(fake.writes).toMatchObject([{ method: "PATCH", path: "/repos/five/shop/issues/comments/500" }]);
});

test("a person who quotes the marker is not written over; an equal comment is let be", async () => {
  fake.comments = [{ id: 1, body: `${marker} mine`, user: { type: "User" } }];
  expect(await publish(text, commit, gitHub)).toContain("was written");
  fake.comments = [{ id: 2, body: written, user: { type: "Bot" } }];
  expect(await publish(text, commit, gitHub)).toContain("up to date");
  expect(fake.writes).toHaveLength(1);
});

test("a preview that failed takes the place of the one before, with its commit and the way to its log", async () => {
  fake.comments = [{ id: 2, body: ofCommit(text, "d".repeat(40)), user: { type: "Bot" } }];
  const run = "https://github.com/five/shop/actions/runs/17";
  expect(await publish(failedComment(run), commit, gitHub)).toContain("brought up to date");
  const [{ body } = {}] = fake.writes.map((call) => call.body ?? { body: "" });
  expect(body).toContain(`As of ${commit}`);
  expect(body).toContain(`**Not known: the preview failed.** [Its log](${run})`);
  expect(() => failedComment("x) [click](https://example.org")).toThrow("is not the address of a run");
});

test("a commit that ends no open pull request, and a text that is none of ours", async () => {
  expect(await publish(text, "e".repeat(40), gitHub)).toContain("nothing was published");
  await expect(publish("Buy now!", commit, gitHub)).rejects.toThrow("is not a comment of");
  await expect(publish(text, "main", gitHub)).rejects.toThrow('"main" is not a commit');
  expect(fake.writes).toEqual([]);
});

test("GitHub's refusal is told in its words", async () => {
  fake.status = 403;
  await expect(publish(text, commit, gitHub)).rejects.toThrow("GitHub answers 403 to GET /pulls");
});

test("what a job's environment has to name", () => {
  expect(() => gitHubFrom({ GITHUB_TOKEN: "x" })).toThrow("GITHUB_REPOSITORY");
  expect(gitHubFrom({ GITHUB_TOKEN: "x", GITHUB_REPOSITORY: "a/b" }).api).toBe("https://api.github.com");
});

test.each([
  ["cli/status/text.ts", true],
  [".github/workflows/preview.yml", true],
  ["package-lock.json", true],
  ["Pulumi.yaml", true],
  ["Pulumi.prod.yaml", false],
  ["docs/status.md", false],
])("a change of %s makes the comment its own word: %p", async (filename, own) => {
  fake.files = [{ filename: "README.md" }, { filename }];
  await publish(text, commit, gitHub);
  const body = fake.writes[0]?.body?.body ?? "";
  expect(body.includes("changes the code that computes this comment")).toBe(own);
  expect(body.startsWith(marker)).toBe(true);
});
