import type { ClientRequest } from "node:http";

/**
 * Sends a request and reads its answer to the end. Resolves to the status, or to how it failed (`timeout`, `cut short`, an
 * error's code); never rejects.
 *
 * @param timeout seconds after which a request without a whole answer has failed
 */
export function answerTo(call: ClientRequest, body: string | undefined, timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      resolve("timeout");
      call.destroy();
    }, timeout * 1000);
    const settle = (kind: string) => {
      clearTimeout(limit);
      resolve(kind);
    };
    call.on("error", (error: NodeJS.ErrnoException) => {
      settle((error.code ?? error.message).toLowerCase());
    });
    call.on("response", (response) => {
      response.on("end", () => {
        settle(String(response.statusCode ?? 0));
      });
      response.on("error", () => {
        settle("cut short");
      });
      response.resume();
    });
    call.end(body);
  });
}
