import { snapshotsKept } from "../../../blueprint/resolve/backup";
import { bucketProtection } from "../../../release/store/bucketProtection";
import { type CloudApi, Refusal } from "../../../stack/cloud/api";
import { type Check, type CheckContext, type Finding, note, ok, problem } from "../check";

/** Whether backups survive a stolen token, and a database machine that deletes them. */
export const backups: Check = async (context) => {
  const { backup } = context.blueprint.settings;
  if (!backup) return [];
  return [...(await boxFindings(context)), snapshots(backup), ...(await bucketFindings(context))];
};

type Backup = NonNullable<CheckContext["blueprint"]["settings"]["backup"]>;

const guide = 'follow docs/backups.md, "Into a second project"';

async function boxFindings({ api, failover, blueprint, resources, stack }: CheckContext): Promise<readonly Finding[]> {
  const id = resources.find(({ type }) => type === "hcloud:index/storageBox:StorageBox")?.id;
  const { isApart } = blueprint.settings.backup ?? {};
  if (!id) return [];
  const box = `the Storage Box of "${stack}" (id ${id})`;
  if (!(await api.find(`/storage_boxes/${id}`))) {
    const elsewhere = "the next refresh would forget it, and a new, empty one would be made";
    return [
      isApart
        ? problem(`${box} is not in the project that holdfast:backup.token opens`, guide)
        : problem(
            `${box} is not in the project that hcloud:token opens: ${elsewhere}`,
            "set holdfast:backup.token again if the box is in a second project",
          ),
    ];
  }
  // Machines without a load balancer have no token.
  if (!failover || !blueprint.machines.some(({ floatingIp }) => floatingIp)) return [];
  return [await reach(failover, id, box)];
}

/** Asks with the load balancers' own token, so that nothing has to be known of projects. */
async function reach(failover: CloudApi, id: string, box: string): Promise<Finding> {
  try {
    return (await failover.find(`/storage_boxes/${id}`))
      ? note(
          `the load balancers' token can delete ${box} with all backups and snapshots: they are in one project`,
          guide,
        )
      : ok(`the load balancers' token does not see ${box}`);
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 401)) throw error;
    return problem(
      "holdfast:failoverToken is not valid, so the load balancers cannot move the floating IP",
      "make a new one in the machines' project: `pulumi config set --secret holdfast:failoverToken`, then `pulumi up`",
    );
  }
}

/** How far back a box goes whose files somebody deleted. */
function snapshots(backup: Backup): Finding {
  const kept = snapshotsKept(backup);
  const { retentionDays, storage } = backup;
  const what = `Hetzner keeps ${kept} daily snapshots of the Storage Box`;
  return kept >= retentionDays
    ? ok(what)
    : note(
        `${what}, the most for a ${storage.type}: of the ${retentionDays} days of backups, what somebody deletes comes back for ${kept} days`,
      );
}

async function bucketFindings({ blueprint, bucketKeys }: CheckContext): Promise<readonly Finding[]> {
  const { s3, retentionDays } = blueprint.settings.backup ?? {};
  if (!s3 || !bucketKeys || retentionDays === undefined) return [];
  const missing = await bucketProtection(s3, bucketKeys, retentionDays);
  if (missing.length === 0)
    return [ok(`the bucket ${s3.bucket} keeps what is deleted for at least ${retentionDays} days`)];
  return missing.map(({ what, fix }) => note(what, fix));
}
