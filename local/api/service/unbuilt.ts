import { notFound } from "./errors";
import { call, list, type Operation, type Operations } from "./operation";

/** Kinds that cannot be created here: path → name in messages. */
const kinds = {
  certificates: "certificate",
  load_balancers: "load balancer",
  load_balancer_types: "load balancer type",
};

/**
 * Of these kinds there is nothing, and that is what reading them says, so that clients which list everything work.
 * All other operations on them answer 501.
 */
export const unbuiltOperations: Operations = Object.fromEntries(
  Object.entries(kinds).flatMap(([path, kind]): [string, Operation][] => [
    [`GET /${path}`, list(path, () => [])],
    [
      `GET /${path}/{id}`,
      call((_cloud, _body, { id }) => {
        throw notFound(kind, id);
      }),
    ],
  ]),
);
