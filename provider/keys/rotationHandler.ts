import type { ResourceHandler } from "../grpc/types";

/** `holdfast:keys:Rotation`: a number, and when it last went up (ISO 8601). */
export const rotationHandler: ResourceHandler = {
  create({ inputs }, { name }) {
    return Promise.resolve({ id: name, outputs: withTime(inputs) });
  },

  update({ news }) {
    return Promise.resolve(withTime(news));
  },
};

function withTime(inputs: Readonly<Record<string, unknown>>) {
  return { ...inputs, since: new Date().toISOString() };
}
