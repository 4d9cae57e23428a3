import type { Command } from "../actions/delays";
import { resourceOf, type Effects } from "../actions/effects";
import type { Cloud } from "../cloud";
import { ApiError, invalidField } from "../errors";
import { hasPublicNet } from "../firewalls/targets";
import type { Operation, Operations } from "../operation";
import { change } from "../resource";
import type { ServerRow } from "../rows";

function power(command: Command, check?: (cloud: Cloud, server: ServerRow) => void): Operation {
  return change("servers", command, (server, _body, cloud) => {
    check?.(cloud, server);
    return {};
  });
}

/** On, off, reset and reboot. */
export const powerOperations: Operations = {
  "POST /servers/{id}/actions/poweron": power("start_server", (cloud, server) => {
    if (hasPublicNet(cloud.store, server) || server.privateNets.length > 0) return;
    throw invalidField("server", "a server needs a public or a private network to start");
  }),
  "POST /servers/{id}/actions/poweroff": power("stop_server"),
  "POST /servers/{id}/actions/shutdown": power("shutdown_server"),
  "POST /servers/{id}/actions/reboot": power("reboot_server"),
  "POST /servers/{id}/actions/reset": power("reset_server"),
};

/** Writes what became of a server whose driver call went on after its action. */
function setStatus(cloud: Cloud, id: number, status: ServerRow["status"]): void {
  const server = cloud.store.get("servers", id);
  if (server === undefined || server.status === status) return;
  cloud.store.transaction(() => cloud.store.put("servers", { ...server, status }));
}

/** What these actions do once their time is over. */
export const powerEffects = {
  start_server: {
    status: { during: "starting", success: "running", failure: "off" },
    work: (cloud, action) => cloud.provisioner.start(resourceOf(action, "server")),
  },
  stop_server: {
    status: { during: "stopping", success: "off", failure: "unknown" },
    work: async (cloud, action) => {
      await cloud.provisioner.stop(resourceOf(action, "server"), "power");
    },
  },
  // The action says that the request to shut down was sent; the server is off once its system has ended.
  shutdown_server: {
    work: async (cloud, action) => {
      const id = resourceOf(action, "server");
      const ended = cloud.provisioner.stop(id, "shutdown").then((off) => {
        if (off) setStatus(cloud, id, "off");
      });
      cloud.provisioner.background(`shutdown of server ${String(id)}`, ended);
      return Promise.resolve();
    },
  },
  reboot_server: {
    status: { during: "running", success: "running", failure: "running" },
    work: async (cloud, action) => {
      if (await cloud.provisioner.reboot(resourceOf(action, "server"))) return;
      throw new ApiError("action_failed", "the server did not react to the request to shut down");
    },
  },
  reset_server: {
    status: { during: "running", success: "running", failure: "off" },
    work: (cloud, action) => cloud.provisioner.reset(resourceOf(action, "server")),
  },
} satisfies Record<string, Effects>;
