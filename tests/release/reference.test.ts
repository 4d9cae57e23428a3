import { parseReference, referenceText } from "../../blueprint/releaseReference";

const sha256 = "0123456789abcdef".repeat(4);

test.each([
  ["./examples/guestbook", { kind: "folder", path: "./examples/guestbook" }],
  ["/srv/app", { kind: "folder", path: "/srv/app" }],
  ["./shop.tar.gz", { kind: "file", path: "./shop.tar.gz" }],
  ["../shop.tar.zst", { kind: "file", path: "../shop.tar.zst" }],
  ["shop@1.4.0", { kind: "version", name: "shop", version: "1.4.0" }],
  ["shop@2026-11-24", { kind: "version", name: "shop", version: "2026-11-24" }],
  [`shop@sha256:${sha256}`, { kind: "content", name: "shop", sha256 }],
  [
    `https://example.org/a/shop.tar.gz#sha256=${sha256}`,
    { kind: "address", url: "https://example.org/a/shop.tar.gz", sha256 },
  ],
  [
    `http://127.0.0.1:8080/shop.tar.gz#sha256=${sha256}`,
    { kind: "address", url: "http://127.0.0.1:8080/shop.tar.gz", sha256 },
  ],
])("%s is understood, and written as it was read", (written, reference) => {
  const { value, problems } = parseReference(written);
  expect(problems).toEqual([]);
  expect(value).toEqual(reference);
  expect(value && referenceText(value)).toBe(written);
});

test.each([
  [
    "http://example.org/shop.tar.gz#sha256=" + sha256,
    "fetched over http, which anybody on the network path",
    "use https",
  ],
  ["ftp://example.org/shop.tar.gz#sha256=" + sha256, "fetched over ftp", "use https"],
  ["https://example.org/shop.tar.gz", "has no SHA-256", "`https://…/guestbook.tar.gz#sha256=…`"],
  ["https://example.org/shop.tar.gz#sha256=12ab", "has no SHA-256 but 12ab", "64 hexadecimal digits"],
  ["https://example.org/shop.zip#sha256=" + sha256, "does not end with .tar.gz", "name a packed file"],
  ["shop@sha256:12ab", "does not end with a SHA-256", "all of its 64 hexadecimal digits"],
])("%s is refused with a reason and a fix", (written, wrong, fix) => {
  const { value, problems } = parseReference(written);
  expect(value).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.wrong).toContain(wrong);
  expect(problems[0]?.fix).toContain(fix);
});
