import type { RequestListener } from "node:http";

/** As much of a WebDAV server as a store uses, in memory, behind a password. */
export function webdav({ user, password }: { user: string; password: string }): RequestListener {
  const files = new Map<string, Buffer>();
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return (request, response) => {
    const { method = "", url = "", headers } = request;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = (status: number, body?: Buffer) => response.writeHead(status).end(method === "HEAD" ? "" : body);
      const there = files.get(url);
      if (headers.authorization !== authorization) return answer(401);
      if (method === "PUT" && headers["if-none-match"] === "*" && there) return answer(412);
      if (method === "PUT" && headers["content-length"] === undefined) return answer(411);
      if (method === "PUT") {
        files.set(url, Buffer.concat(chunks));
        return answer(201);
      }
      if (!there) return answer(404);
      if (method === "DELETE") files.delete(url);
      return answer(200, there);
    });
  };
}
