/** A fault that is put into the API on purpose. */
export interface FaultRequest {
  /** As the contract calls it, e.g. `POST /floating_ips/{id}/actions/assign`; `*` means all. */
  readonly operation: string;
  /** How many calls meet it. @default all, until it is removed */
  readonly times?: number;
  /** Answer with this error instead. @default status by code */
  readonly error?: { readonly code: string; readonly message?: string; readonly status?: number };
  /** Answer so many seconds later. */
  readonly delay?: number;
  /** Take the request and never answer. */
  readonly silent?: boolean;
  /** Break the connection, as if no server listened. */
  readonly down?: boolean;
}

/** A fault that is set, until somebody removes it. */
export interface Fault extends FaultRequest {
  readonly id: number;
}

/** JSON schema of a request for a fault. */
export const faultSchema = {
  type: "object",
  additionalProperties: false,
  required: ["operation"],
  properties: {
    operation: { type: "string" },
    times: { type: "integer", minimum: 1 },
    delay: { type: "number", exclusiveMinimum: 0 },
    silent: { type: "boolean" },
    down: { type: "boolean" },
    error: {
      type: "object",
      additionalProperties: false,
      required: ["code"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        status: { type: "integer", minimum: 400, maximum: 599 },
      },
    },
  },
} as const;

/** The faults that are in force; they do not outlive the process. */
export class Faults {
  private faults: Fault[] = [];
  private lastId = 0;

  add(request: FaultRequest): Fault {
    const fault = { ...request, id: ++this.lastId };
    this.faults.push(fault);
    return fault;
  }

  all(): readonly Fault[] {
    return this.faults;
  }

  /** @returns whether there was one of this id */
  remove(id: number): boolean {
    const before = this.faults.length;
    this.faults = this.faults.filter((fault) => fault.id !== id);
    return this.faults.length < before;
  }

  clear(): void {
    this.faults = [];
  }

  /** The oldest fault that this call meets, counted as met. */
  meet(operation: string): Fault | undefined {
    const fault = this.faults.find((candidate) => candidate.operation === operation || candidate.operation === "*");
    if (fault?.times === undefined) return fault;
    this.faults = this.faults.flatMap((candidate) => {
      if (candidate.id !== fault.id) return [candidate];
      return fault.times === 1 ? [] : [{ ...fault, times: (fault.times ?? 1) - 1 }];
    });
    return fault;
  }
}
