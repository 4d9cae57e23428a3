"""The guestbook's one page."""

from __future__ import annotations

from html import escape

from entries import MAX_NAME, MAX_TEXT, Entry

_STYLE = """
  :root { color-scheme: light dark; --sea: #0b6e78; --line: #8884; }
  body { font: 1.05rem/1.55 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 2rem 1.25rem; }
  h1 { margin: 0; font-size: 2rem; } h1 + p { margin: .25rem 0 2rem; opacity: .75; }
  form { display: grid; gap: .6rem; padding-bottom: 2rem; border-bottom: 1px solid var(--line); }
  input, textarea { font: inherit; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .4rem;
    background: transparent; color: inherit; }
  button { font: inherit; justify-self: start; padding: .5rem 1.4rem; border: 0; border-radius: .4rem;
    background: var(--sea); color: white; cursor: pointer; }
  article { padding: 1rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  article p { margin: 0; white-space: pre-line; } article small, footer { opacity: .65; }
  footer { padding-top: 1.5rem; font-size: .85rem; }
"""


def render(entries: list[Entry], machine: str, instance: str, release: str) -> str:
    """The page; everything that a visitor wrote is escaped here."""
    articles = "\n".join(_article(entry) for entry in entries) or "<p>Nobody has written yet. Be the first.</p>"
    return _page(
        f"""<p>Leave a line for whoever comes by next.</p>
<form method="post" action="/">
<input name="name" maxlength="{MAX_NAME}" placeholder="Your name" aria-label="Your name">
<textarea name="text" maxlength="{MAX_TEXT}" rows="3" required placeholder="Your line" aria-label="Your line"></textarea>
<button>Write</button>
</form>
<main>
{articles}
</main>""",
        (machine, instance, release),
    )


def render_unavailable(machine: str, instance: str, release: str) -> str:
    """What a visitor sees while the database is away: whether a line just written is there will show then."""
    return _page(
        """<p>The guestbook cannot be opened right now. It will be back soon, with every line that you saw in it.</p>""",
        (machine, instance, release),
    )


def _page(content: str, answered_by: tuple[str, str, str]) -> str:
    machine, instance, release = (escape(part) for part in answered_by)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guestbook</title><style>{_STYLE}</style>
</head>
<body>
<h1>Guestbook</h1>{content}
<footer>Answered by instance {instance} on {machine}, release {release}.</footer>
</body>
</html>
"""


def _article(entry: Entry) -> str:
    written = escape(entry.written)
    return (
        f"<article><p>{escape(entry.text)}</p>"
        f'<small>{escape(entry.name)}, <time datetime="{written}">{written[:16].replace("T", " ")}</time></small></article>'
    )
