import type { ClientRequest } from "node:http";
import { type ClientHttp2Stream, constants } from "node:http2";

/** How a request over HTTP/2 ended that the server did not begin: it may be sent again, whatever it asks for. */
export const REFUSED = "refused stream";

/**
 * Sends a request and reads its answer to the end. Resolves to the status, or to how it failed (`timeout`, `cut short`, an
 * error's code); never rejects.
 *
 * @param timeout seconds after which a request without a whole answer has failed
 */
export function answerTo(call: ClientRequest, body: string | undefined, timeout: number): Promise<string> {
  return settled(timeout, call, (settle) => {
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

/** The same for a stream of HTTP/2, whose head is sent already. */
export function answerToStream(stream: ClientHttp2Stream, body: string | undefined, timeout: number): Promise<string> {
  return settled(timeout, stream, (settle) => {
    let status = 0;
    stream.on("response", (head) => (status = head[":status"] ?? 0));
    stream.on("end", () => {
      // A stream that is reset "ends" as well.
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && status !== 0) settle(String(status));
    });
    stream.on("close", () => {
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) settle(REFUSED);
      else settle(status === 0 ? "closed" : "cut short");
    });
    stream.resume();
    if (body !== undefined) stream.end(body);
  });
}

/** What both have in common: the limit, errors, and that the first word counts. */
function settled(
  timeout: number,
  call: ClientRequest | ClientHttp2Stream,
  begin: (settle: (kind: string) => void) => void,
): Promise<string> {
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
      const refused = "rstCode" in call && call.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      settle(refused ? REFUSED : (error.code ?? error.message).toLowerCase());
    });
    begin(settle);
  });
}
