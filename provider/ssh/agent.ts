import { createConnection } from "node:net";
import { BaseAgent, OpenSSHAgent, type IdentityCallback, type ParsedKey, type SignCallback, utils } from "ssh2";
import type { SigningRequestOptions } from "ssh2";
import type { Credential } from "./credential";
import { fieldsOf, kindOf, type ListedKey } from "./keyText";

/** Message numbers of the agent protocol (RFC 9987). */
const requestIdentities = 11;
const identitiesAnswer = 12;
/** Milliseconds that an agent may take to list its keys. */
const patience = 5_000;

/**
 * All keys of the agent. ssh2 leaves out those that it cannot use, and OpenSSH can use some of them.
 *
 * @throws when no agent answers there
 */
export function listAgentKeys(socketPath: string): Promise<ListedKey[]> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    let answer = Buffer.alloc(0);
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(why));
    };
    socket.setTimeout(patience, () => fail(`does not answer within ${String(patience / 1000)} s`));
    socket.on("error", ({ message }) => fail(`does not answer (${message})`));
    socket.on("close", () => fail("ended the connection"));
    socket.on("connect", () => socket.write(Buffer.from([0, 0, 0, 1, requestIdentities])));
    socket.on("data", (data) => {
      answer = Buffer.concat([answer, data]);
      if (answer.length < 4 || answer.length < 4 + answer.readUInt32BE(0)) return;
      if (answer[4] !== identitiesAnswer) return fail("refuses to list its keys");
      resolve(keysIn(fieldsOf(answer.subarray(9))));
      socket.destroy();
    });
  });
}

/** Keys and comments follow one another. */
function keysIn([key, comment, ...more]: readonly Buffer[]): ListedKey[] {
  if (!key || !comment) return [];
  return [{ body: key.toString("base64"), comment: comment.toString("utf8") }, ...keysIn(more)];
}

/** A key of an agent as a way to log in; undefined when ssh2 cannot use its kind (`sk-…`, certificates). */
export function agentCredential(socketPath: string, { body, comment }: ListedKey): Credential | undefined {
  const parsed = utils.parseKey(`${kindOf(body)} ${body}`);
  if (parsed instanceof Error) return undefined;
  const agent = new OneKey(socketPath, parsed);
  return {
    name: `${comment || kindOf(body)} of the SSH agent`,
    publicKey: body,
    methodFor: (username) => ({ type: "agent", username, agent }),
    problem: () => agent.problem,
  };
}

/** The agent as if it held one key only, so that keys can be offered in an order of ours. */
class OneKey extends BaseAgent<ParsedKey> {
  /** Why it has not signed. */
  problem?: string;
  private readonly agent: OpenSSHAgent;

  constructor(
    socketPath: string,
    private readonly key: ParsedKey,
  ) {
    super();
    this.agent = new OpenSSHAgent(socketPath);
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.key]);
  }

  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const given = typeof options === "function" ? {} : options;
    const callback = typeof options === "function" ? options : done;
    this.problem = "the SSH agent was asked to sign with it and has not answered: perhaps it waits for you";
    this.agent.sign(key, data, given, (error, signature) => {
      this.problem = error ? "the SSH agent did not sign with it" : undefined;
      callback?.(error, signature);
    });
  }
}
