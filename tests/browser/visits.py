"""Every page that the desk has, and how one comes to it: by its address, or by sending a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.library import Library

#: Sends a form of its own making, as a browser sends one from a page: name -> value or values.
_SEND = """([path, fields]) => { const f = document.createElement('form'); f.method = 'post'; f.action = path;
    for (const [name, given] of Object.entries(fields)) for (const value of [given].flat()) {
      const i = document.createElement('input'); i.name = name; i.value = value; i.hidden = true; f.append(i); }
    document.body.append(f); HTMLFormElement.prototype.submit.call(f); }"""


@dataclass(frozen=True)
class Visit:
    """A page by its address; with ``fields`` what is sent there from ``/search``, with ``files`` what is chosen to be sent with the
    form that ``box`` is in."""

    path: str
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    box: str = ""

    def open(self, page: Any, server: str) -> None:
        """Bring a browser's page there."""
        if self.box:
            page.goto(server + ("/search" if self.path.startswith("/search") else self.path))
            box = page.locator(self.box)
            box.evaluate("e => { for (let d = e.closest('details'); d; d = null) d.open = true; }")
            box.set_input_files([str(one) for one in self.files])
            with page.expect_navigation():
                box.evaluate("e => HTMLFormElement.prototype.submit.call(e.form)")
        elif self.fields:
            page.goto(server + "/log")
            with page.expect_navigation():
                page.evaluate(_SEND, [self.path, self.fields])
        else:
            page.goto(server + self.path)

    def ask(self, client: Any) -> Any:
        """Return what a test client of Flask is answered."""
        if not self.fields and not self.files:
            return client.get(self.path)
        name = {"#picture": "picture"}.get(self.box, "files")
        sent = {name: [(one.open("rb"), one.name) for one in self.files]} if self.files else {}
        return client.post(self.path, data={**self.fields, **sent}, headers={"Origin": "http://localhost"})


def reading(library: Library, picture: Path) -> list[Visit]:
    """The pages of the example stories that change nothing. ``picture`` is a file to search with."""
    pair = library.search("footbridge").items
    article = library.record(pair[0].id).usages[0].article
    kinds = {f.kind: f.id for f in library.all_findings()}
    hits = [hit.id for hit in library.search(limit=100).items]
    relations = {m.relation: (m.a, m.b) for ident in hits for m in library.record(ident).matches}
    matched = {frozenset((m.a, m.b)) for ident in hits for m in library.record(ident).matches}
    strangers = next((a, b) for a in hits for b in hits if a < b and frozenset((a, b)) not in matched)
    chosen: dict[str, str | list[str]] = {"images": hits, "q": ""}
    return [
        *map(Visit, (
            "/", "/search?view=list&q=bridge", "/search?view=articles&q=bridge", "/search?q=%28broken", "/search?q=zzqqxx",
            f"/images/{pair[0].id}", f"/articles/{article}", *(f"/review/{ident}" for ident in kinds.values()), "/review",
            "/review?q=zzqqxx", *(f"/compare/{a}/{b}" for a, b in (*relations.values(), strangers)),
            f"/groups/{pair[0].id}", "/groups", "/import", "/log", "/overview", "/nowhere",
        )),
        Visit("/bulk", {**chosen, "step": "preview", "tags": "bridge, river", "credit": "Cutline"}),
        Visit("/bulk", {**chosen, "step": "findings"}),
        Visit("/bulk", {**chosen, "step": "preview"}),
        Visit("/search/similar", files=(picture,), box="#picture"),
    ]  # fmt: skip


def changing(library: Library, broken: Path) -> list[Visit]:
    """The pages that answer a change: what became of files that were sent, and what was left of what was decided."""
    duplicate, other = library.findings("duplicate", limit=2).items
    said = [f"finding={duplicate.id}&action=same&seen={duplicate.seen}", f"finding={other.id}&action=same&seen=0."]
    return [
        Visit("/import", files=(broken,), box="input[type=file][name=files]:not([webkitdirectory])"),
        Visit("/bulk", {"images": list(duplicate.images), "step": "decide", "say": said}),
    ]


#: Pages that look otherwise while a catalogue is empty.
EMPTY = tuple(map(Visit, ("/", "/search?view=articles", "/review", "/groups", "/import", "/log", "/overview")))
