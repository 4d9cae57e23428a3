import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Attempt, write } from "../../../drills/ladder/writer";

let server: Server;
let kept: string[];
let answer: number | "none";

beforeEach(async () => {
  kept = [];
  answer = 201;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      if (answer === "none") {
        request.socket.destroy();
        return;
      }
      if (answer === 201) kept.push((JSON.parse(body) as { id: string }).id);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Writes until there are so many attempts. */
async function attempts(count: number, addresses: readonly string[]): Promise<Attempt[]> {
  const noted: Attempt[] = [];
  const enough = new AbortController();
  const { port } = server.address() as AddressInfo;
  await write(
    () => addresses.map((address) => address.replace("PORT", String(port))),
    (attempt) => {
      if (noted.push(attempt) >= count) enough.abort();
    },
    enough.signal,
  );
  return noted;
}

const here = "127.0.0.1:PORT";

test("what is noted as written is what the guestbook has", async () => {
  const noted = await attempts(5, [here]);
  expect(noted.map(({ outcome }) => outcome)).toEqual(Array(5).fill("written"));
  expect(noted.map(({ id }) => id)).toEqual(kept);
});

test("an answer other than 201 is a refusal, no answer after sending is not known", async () => {
  answer = 503;
  expect((await attempts(2, [here])).map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
  answer = "none";
  expect((await attempts(2, [here])).map(({ outcome }) => outcome)).toEqual(["unknown", "unknown"]);
});

test("an address where nobody is is tried once, then the one that worked comes first", async () => {
  const noted = await attempts(4, ["127.0.0.1:1", here]);
  expect(noted.map(({ outcome }) => outcome)).toEqual(["refused", "written", "written", "written"]);
});
