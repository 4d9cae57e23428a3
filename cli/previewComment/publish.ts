import { UserError } from "../../lib/errors";
import { computedBy, largestComment, marker, ofCommit } from "./markdown";

/** The repository that gets the comment, and a token that may write to it. */
export interface GitHub {
  /** e.g. `https://api.github.com` */
  readonly api: string;
  /** e.g. `five-people/shop` */
  readonly repository: string;
  readonly token: string;
}

interface PullRequest {
  readonly number: number;
  readonly head: { readonly sha: string };
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly type: string };
}

/**
 * Writes a comment to the open pull request whose newest commit this is, or replaces the earlier comment there.
 * The pull request is the one that GitHub names. What the text says comes from the pull request's own code; where that is
 * not main's, the comment says so.
 *
 * @returns what was done
 * @throws UserError when the text is no comment of ours, or GitHub refuses
 */
export async function publish(text: string, commit: string, github: GitHub): Promise<string> {
  if (!text.startsWith(marker)) throw new UserError("this file is not a comment of `npx holdfast preview-comment`");
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new UserError(`"${commit}" is not a commit's full id (40 digits)`);
  const pulls = await all<PullRequest>(github, "/pulls?state=open");
  const pull = pulls.find(({ head }) => head.sha === commit);
  // A newer commit was pushed, or the pull request was closed.
  if (!pull) return `no open pull request ends with ${commit.slice(0, 12)}: nothing was published`;

  const comments = await all<Comment>(github, `/issues/${pull.number}/comments`);
  // A person may have quoted the marker. Only comments of programs are replaced.
  const old = comments.find(({ body, user }) => body.startsWith(marker) && user.type === "Bot");
  const files = await all<ChangedFile>(github, `/pulls/${pull.number}/files`);
  const program = files.find(({ filename }) => isProgram(filename));
  const cut = text.slice(0, largestComment);
  const full = ofCommit(program ? computedBy(cut, program.filename) : cut, commit);
  const body = JSON.stringify({ body: full });
  if (old?.body === full) return `#${pull.number}: the comment is up to date`;
  if (old) await call(github, "PATCH", `/issues/comments/${old.id}`, body);
  else await call(github, "POST", `/issues/${pull.number}/comments`, body);
  return `#${pull.number}: the comment was ${old ? "brought up to date" : "written"}`;
}

interface ChangedFile {
  readonly filename: string;
}

/** What cannot change what a preview says, but by what it is there for: settings, pages, the app's own examples. */
function isProgram(path: string): boolean {
  return !/^(Pulumi\.[\w-]+\.yaml|[^/]+\.md|docs\/.*|tests\/.*|examples\/.*)$/.test(path);
}

/** Pages that are read at most: 2,000 entries. */
const MOST_PAGES = 20;

async function all<T>(github: GitHub, path: string): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const separator = path.includes("?") ? "&" : "?";
    const entries = (await call(github, "GET", `${path}${separator}per_page=100&page=${page}`)) as readonly T[];
    found.push(...entries);
    if (entries.length < 100) break;
  }
  return found;
}

async function call({ api, repository, token }: GitHub, method: string, path: string, body?: string): Promise<unknown> {
  const response = await fetch(`${api}/repos/${repository}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "holdfast",
    },
    ...(body !== undefined && { body }),
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response.json();
  throw new UserError(
    `GitHub answers ${response.status} to ${method} ${path}: ${(await response.text()).slice(0, 300)}`,
  );
}

/** GitHub, as the environment of its runners names it. @throws UserError when a variable is missing */
export function gitHubFrom(environment: NodeJS.ProcessEnv): GitHub {
  const {
    GITHUB_API_URL: api = "https://api.github.com",
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: token,
  } = environment;
  if (!repository || !token) {
    throw new UserError(
      "GITHUB_REPOSITORY (owner/name) and GITHUB_TOKEN (which may write to pull requests) are needed",
    );
  }
  return { api, repository, token };
}
