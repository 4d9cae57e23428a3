import { serveProvider } from "../../../provider/grpc/server";
import {
  PartialFailure,
  Secret,
  UNKNOWN,
  type Call,
  type ProviderDefinition,
  type Values,
} from "../../../provider/grpc/types";
import { EngineSide, engineLog, partialState, urnOf } from "./client";

const plain = "test:index/plain:Plain";
const secretive = "test:index/secretive:Secretive";

/** Serves a definition, calls it and takes everything down again. */
async function withProvider(
  definition: Partial<ProviderDefinition>,
  run: (engine: EngineSide, port: number) => Promise<void>,
): Promise<void> {
  const provider = await serveProvider({ name: "test", version: "1.2.3", resources: {}, ...definition });
  const engine = new EngineSide(provider.port);
  try {
    await run(engine, provider.port);
  } finally {
    engine.close();
    await provider.close();
  }
}

const create = (inputs: Values) => Promise.resolve({ id: "7", outputs: inputs });

describe("secrets", () => {
  test("a handler that knows nothing of secrets gets plain values, and what came in secret goes out secret", async () => {
    const seen: Values[] = [];
    const resources = {
      [plain]: {
        create: ({ inputs }: { inputs: Values }) => {
          seen.push(inputs);
          return create({ ...inputs, length: 3 });
        },
      },
    };
    await withProvider({ resources }, async (engine) => {
      const inputs = { password: new Secret("abc"), files: { a: new Secret("x"), b: "y" }, open: "o" };
      const { outputs } = await engine.create(urnOf(plain, "a"), inputs);
      expect(seen).toEqual([{ password: "abc", files: { a: "x", b: "y" }, open: "o" }]);
      expect(outputs.password).toEqual(new Secret("abc"));
      expect((outputs.password as Secret).value).toBe("abc");
      expect((outputs.files as Secret).value).toEqual({ a: "x", b: "y" });
      expect(outputs).toMatchObject({ open: "o", length: 3 });
    });
  });

  test("a handler that accepts secrets gets and gives them at the depth at which they stand", async () => {
    const resources = {
      [secretive]: {
        acceptsSecrets: true,
        create: ({ inputs }: { inputs: Values }) =>
          create({ inner: (inputs.files as { a: Secret }).a, token: new Secret("made") }),
      },
    };
    await withProvider({ resources }, async (engine) => {
      const { outputs } = await engine.create(urnOf(secretive, "a"), { files: { a: new Secret("x"), b: "y" } });
      expect((outputs.inner as Secret).value).toBe("x");
      expect((outputs.token as Secret).value).toBe("made");
    });
  });

  test("checked inputs stay secret", async () => {
    const resources = { [plain]: { create: ({ inputs }: { inputs: Values }) => create(inputs) } };
    await withProvider({ resources }, async (engine) => {
      const { inputs } = await engine.check(urnOf(plain, "a"), { password: new Secret("abc"), open: 1 });
      expect((inputs.password as Secret).value).toBe("abc");
      expect(inputs.open).toBe(1);
    });
  });

  test("printing a secret never shows it", () => {
    expect(`${String(new Secret("abc"))}${JSON.stringify({ a: new Secret("abc") })}`).not.toContain("abc");
  });
});

describe("values", () => {
  test("undefined is left out, unknowns pass in a preview, and a preview has no id", async () => {
    const resources = {
      [plain]: {
        create: ({ preview }: { preview: boolean }) =>
          create({ preview, status: UNKNOWN, nothing: undefined, list: [1, undefined] }),
      },
    };
    await withProvider({ resources }, async (engine) => {
      const { id, outputs } = await engine.create(urnOf(plain, "a"), {}, { preview: true });
      expect(id).toBe("");
      expect(outputs).toEqual({ preview: true, status: UNKNOWN, list: [1, null] });
    });
  });

  test("what is not plain data is refused by its path", async () => {
    const resources = { [plain]: { create: () => create({ a: { b: [new Date()] } }) } };
    await withProvider({ resources }, async (engine) => {
      await expect(engine.create(urnOf(plain, "a"), {})).rejects.toThrow("Property a.b[0]");
    });
  });
});

describe("diff", () => {
  test("without a handler the engine is asked to compare", async () => {
    const resources = { [plain]: { create } as never };
    await withProvider({ resources }, async (engine) => {
      const diff = await engine.diff(urnOf(plain, "a"), "7", { oldInputs: { a: 1 }, news: { a: 2 } });
      expect(diff.changes).toBe("unknown");
    });
  });

  test("replacements, their order and the kind of each change arrive; drift is told from changed inputs", async () => {
    const resources = {
      [plain]: {
        create,
        diff: () => ({
          changes: true,
          replaces: ["image"],
          diffs: ["image", "labels"],
          deleteBeforeReplace: true,
          detailed: { image: "update-replace", 'labels["a.b/c"]': "update" },
        }),
      } as never,
    };
    await withProvider({ resources }, async (engine) => {
      const labels = { "a.b/c": "1" };
      const oldInputs = { image: "a", labels };
      const diff = await engine.diff(urnOf(plain, "a"), "7", { oldInputs, news: { image: "b", labels } });
      expect(diff).toEqual({
        changes: "some",
        replaces: ["image"],
        diffs: ["image", "labels"],
        deleteBeforeReplace: true,
        detailed: { image: { kind: 5, inputDiff: true }, 'labels["a.b/c"]': { kind: 4, inputDiff: false } },
      });
    });
  });
});

describe("failures", () => {
  test("a partial failure carries id and state, secrets still secret", async () => {
    const resources = {
      [plain]: {
        create: ({ inputs }: { inputs: Values }) =>
          Promise.reject(new PartialFailure("not healthy", "9", { ...inputs, status: "off" }, ["check failed"])),
      },
    };
    await withProvider({ resources }, async (engine) => {
      const error: unknown = await engine
        .create(urnOf(plain, "a"), { password: new Secret("abc") })
        .catch((reason: unknown) => reason);
      expect(String(error)).toContain("not healthy");
      const state = partialState(error);
      expect(state).toMatchObject({ id: "9", reasons: ["check failed"], outputs: { status: "off" } });
      expect((state?.outputs.password as Secret).value).toBe("abc");
    });
  });

  test("an unknown type or function is named, with what to do about it", async () => {
    await withProvider({ hint: "Use another one." }, async (engine) => {
      await expect(engine.create(urnOf("test:index/x:X", "a"), {})).rejects.toThrow(
        "The test provider has no resource type test:index/x:X. Use another one.",
      );
      await expect(engine.invoke("test:index/getX:getX", {})).rejects.toThrow(
        "The test provider has no function test:index/getX:getX. Use another one.",
      );
    });
  });

  test("a plain failure leaves nothing in the state", async () => {
    const resources = { [plain]: { create: () => Promise.reject(new Error("refused")) } };
    await withProvider({ resources }, async (engine) => {
      const error: unknown = await engine.create(urnOf(plain, "a"), {}).catch((reason: unknown) => reason);
      expect(partialState(error)).toBeUndefined();
    });
  });
});

describe("read", () => {
  test("a thing that is gone has no id", async () => {
    const resources = { [plain]: { create, read: () => Promise.resolve(undefined) } as never };
    await withProvider({ resources }, async (engine) => {
      expect((await engine.read(urnOf(plain, "a"), "7", { inputs: {}, outputs: { a: 1 } })).id).toBe("");
    });
  });

  test("without a handler a refresh keeps the state and an import is refused", async () => {
    const resources = { [plain]: { create } as never };
    await withProvider({ resources }, async (engine) => {
      const state = { inputs: { a: 1 }, outputs: { a: 1, b: 2 } };
      expect(await engine.read(urnOf(plain, "a"), "7", state)).toEqual({ id: "7", ...state });
      await expect(engine.read(urnOf(plain, "a"), "7")).rejects.toThrow("cannot be imported");
    });
  });
});

describe("calls", () => {
  test("name and type come from the URN, parents and colons included", async () => {
    const calls: Call[] = [];
    const resources = {
      [plain]: {
        create: (_request: unknown, call: Call) => {
          calls.push(call);
          return create({});
        },
      },
    };
    await withProvider({ resources }, async (engine) => {
      await engine.create(`urn:pulumi:local::holdfast::holdfast:index:Parent$${plain}::a::b`, {});
      expect(calls[0]).toMatchObject({ name: "a::b", type: plain });
    });
  });

  test("log lines reach the engine before the answer, under their resource", async () => {
    const log = await engineLog();
    const resources = {
      [plain]: {
        create: (_request: unknown, call: Call) => {
          call.log("waiting", { status: true });
          call.log("careful", { level: "warning" });
          return create({});
        },
      },
    };
    await withProvider({ resources }, async (engine) => {
      await engine.handshake(log.address);
      await engine.create(urnOf(plain, "a"), {});
      expect(log.lines).toEqual([
        { message: "waiting", urn: urnOf(plain, "a"), severity: 1, status: true },
        { message: "careful", urn: urnOf(plain, "a"), severity: 2, status: false },
      ]);
    });
    log.close();
  });

  test("Cancel ends this engine's calls, not those of another one, and not those that come later", async () => {
    const started: Call[] = [];
    let release: () => void = () => undefined;
    const resources = {
      [plain]: {
        create: (_request: unknown, call: Call) => {
          started.push(call);
          return new Promise<{ id: string; outputs: Values }>((resolve, reject) => {
            release = () => {
              resolve({ id: "1", outputs: {} });
            };
            call.signal.addEventListener("abort", () => {
              reject(call.signal.reason as Error);
            });
          });
        },
      },
    };
    await withProvider({ resources }, async (engine, port) => {
      const other = new EngineSide(port);
      const cancelled = engine.create(urnOf(plain, "a"), {});
      const kept = other.create(urnOf(plain, "b"), {});
      while (started.length < 2) await new Promise(setImmediate);
      await engine.cancel();
      await expect(cancelled).rejects.toThrow("cancelled");
      const calls = started.map(({ name, signal }) => [name, signal.aborted]);
      expect(calls).toEqual(
        expect.arrayContaining([
          ["a", true],
          ["b", false],
        ]),
      );
      expect(started[0].connection).not.toBe(started[1].connection);
      release();
      await kept;
      const later = engine.create(urnOf(plain, "c"), {});
      while (started.length < 3) await new Promise(setImmediate);
      release();
      await later;
      other.close();
    });
  });

  test("a resource's timeout ends the call", async () => {
    const resources = {
      [plain]: {
        create: (_request: unknown, call: Call) =>
          new Promise<never>((_resolve, reject) => {
            call.signal.addEventListener("abort", () => {
              reject(call.signal.reason as Error);
            });
          }),
      },
    };
    await withProvider({ resources }, async (engine) => {
      await expect(engine.create(urnOf(plain, "a"), {}, { timeout: 0.05 })).rejects.toThrow("timeout");
    });
  });
});

describe("provider settings", () => {
  test("are checked, and each instance's arrive with its connection", async () => {
    const configured: [Values, string][] = [];
    const definition: Partial<ProviderDefinition> = {
      checkConfig: (inputs) => ({ inputs, failures: [{ property: "token", reason: "too short" }] }),
      configure: (inputs, connection) => {
        configured.push([inputs, connection]);
      },
    };
    await withProvider(definition, async (engine, port) => {
      const other = new EngineSide(port);
      expect((await engine.checkConfig({ token: "a" })).failures).toEqual([{ property: "token", reason: "too short" }]);
      expect((await engine.configure({ token: new Secret("a") })).getSupportspreview()).toBe(true);
      await other.configure({ token: "b" });
      expect(configured.map(([inputs]) => inputs)).toEqual([{ token: "a" }, { token: "b" }]);
      expect(configured[0][1]).not.toBe(configured[1][1]);
      other.close();
    });
  });
});
