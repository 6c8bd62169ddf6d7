"""Web components whose markup a page carries with it (declarative shadow roots), put together as a browser shows them.

``<x-picture><template shadowrootmode="open"><figure>…<slot name="caption"></slot></figure></template>
<span slot="caption">…</span></x-picture>``: what belongs into a slot stands beside the template. The HTML standard says how
they are joined (https://html.spec.whatwg.org/multipage/scripting.html#attr-template-shadowrootmode).
"""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

_MODES = ("shadowrootmode", "shadowroot")


def compose(templates: list[etree._Element]) -> bool:
    """Put the elements beside each shadow root of a page into its slots, and make the root itself readable.

    ``templates`` are the page's elements of that name in document order. Tell whether one of them was a shadow root.
    """
    hosts: set[etree._Element] = set()
    for template in templates:
        host = template.getparent()
        if host is None or host in hosts or not any(template.get(mode) is not None for mode in _MODES):
            continue
        hosts.add(host)
        given: dict[str, list[etree._Element]] = defaultdict(list)
        for child in host:
            if child is not template:
                given[child.get("slot") or ""].append(child)
        for slot in list(template.iter("slot")):
            if elements := given.pop(slot.get("name") or "", None):
                # What a slot holds of its own is shown only where nothing is given.
                slot.text = None
                slot[:] = elements
            slot.tag = "span"
        template.tag = "div"
    return bool(hosts)
