import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiSchema } from "./apiSchema";

/** Stands between a client and the API and holds every answer against the published schema. */
export async function schemaProxy(target: { readonly port: number }) {
  const schema = new ApiSchema();
  const problems: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await fetch(`http://127.0.0.1:${String(target.port)}${request.url ?? ""}`, {
        method: request.method,
        headers: Object.fromEntries(
          ["authorization", "content-type"].flatMap((name) => {
            const value = request.headers[name];
            return typeof value === "string" ? [[name, value]] : [];
          }),
        ),
        ...(request.method !== "GET" && { body: await bodyOf(request) }),
      });
      const text = await answer.text();
      const path = (request.url ?? "").replace(/^\/v1/, "").split("?")[0];
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      problems.push(...schema.problems(request.method ?? "", path, answer.status, body));
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
      response.end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    /** What was wrong with answers so far. */
    problems,
    checked: () => schema.checked,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
