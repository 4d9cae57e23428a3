/** The commands of the last chapter of docs/restore.md, with the values of the key in place of the words in capitals. */
export function byHand(page: string, key: string): string {
  const { path, passphrase, storage } = JSON.parse(key) as {
    path: string;
    passphrase: string;
    storage: { host: string; user: string };
  };
  const chapter = page.slice(page.indexOf("## Without Holdfast"));
  const block = (start: string) => {
    const from = chapter.indexOf(`    ${start}`);
    const lines = chapter.slice(from).split("\n");
    const end = lines.findIndex((line, index) => index > 0 && line !== "" && !line.startsWith("    "));
    return lines.slice(0, end < 0 ? undefined : end).map((line) => line.replace(/^ {4}/, ""));
  };
  const conf = chapter.slice(
    chapter.indexOf("    [global]"),
    chapter.indexOf("    chown postgres /etc/pgbackrest.conf"),
  );
  const values = { PATH: path, PASSPHRASE: passphrase, HOST: storage.host, USER: storage.user };
  const filled = Object.entries(values).reduce(
    (text, [word, value]) => text.replaceAll(new RegExp(`=${word}$`, "gm"), `=${value}`),
    conf.replaceAll(/^ {4}/gm, ""),
  );
  const commands = [
    ...block("apt-get install").filter((line) => !line.startsWith("apt-get")),
    `cat >/etc/pgbackrest.conf <<'CONF'\n${filled}\nCONF`,
    ...block("chown postgres /etc/pgbackrest.conf"),
  ]
    .map((line) => line.replaceAll("guestbook-prod.key", "/root/safe.key"))
    // All files in one session: what is left open in it must not add up to the server's limit.
    .map((line) => line.replace(/--process-max=\d+/, "--process-max=1"));
  const ready = "until runuser -u postgres -- pg_isready -q; do sleep 0.5; done";
  const look = 'runuser -u postgres -- psql -XqAt -d app -c "SELECT count(*), max(number) FROM kept" >&3';
  return [
    // What the programs say is shown when one fails; the answer is the last line's alone.
    "set -eu; cd /; exec 3>&1 1>&2",
    // What a fresh Debian machine gets by installing PostgreSQL; the image of local machines has only its programs.
    "pg_lsclusters -h | grep -q . || pg_createcluster 17 main",
    `echo ${Buffer.from(key).toString("base64")} | base64 -d >/root/safe.key; chmod 0600 /root/safe.key`,
    // The machine's own image may lack it; reading three values needs no more than this.
    `command -v jq >/dev/null || jq() { python3 -c 'import json,sys; v=json.load(open(sys.argv[2])); [v:=v[k] for k in sys.argv[1].strip(".").split(".")]; print(v,end="")' "$2" "$3"; }`,
    ...commands,
    `timeout 60 sh -c '${ready}'`,
    look,
  ].join("\n");
}
