"""Web components whose markup stands in the page."""

from __future__ import annotations

from catalog.captions.dom import parse, words


def test_what_stands_beside_a_shadow_root_is_read_in_its_slots() -> None:
    """Elements stand where the slot of their name is; a slot to which nothing is given shows what it holds."""
    page = parse(
        '<x-a><template shadowrootmode="open"><b><slot name="one">nothing</slot></b> and <i><slot name="two">two</slot></i>'
        '<slot></slot></template><span slot="one">one</span><u> and three</u></x-a>'
    )
    assert words(page.root) == "one and two and three"
    assert words(next(page.root.iter("b"))) == "one"


def test_a_template_that_is_no_shadow_root_shows_nothing() -> None:
    """What a script is to copy is not on the page; the second root of an element is none."""
    assert words(parse("<div><template><b>later</b></template><p>now</p></div>").root) == "now"
    twice = '<x-a><template shadowrootmode="open">one</template><template shadowrootmode="open">two</template></x-a>'
    assert words(parse(twice).root) == "one"


def test_roots_within_roots_are_put_together_too() -> None:
    """A component may stand in the slot of another one."""
    inner = '<x-b slot="s"><template shadowrootmode="open"><slot></slot>!</template><b>boat</b></x-b>'
    page = parse(f'<x-a><template shadowrootmode="open">The <slot name="s"></slot></template>{inner}</x-a>')
    assert words(page.root) == "The boat!"


def test_the_attribute_is_known_however_its_name_is_written() -> None:
    """Names of attributes have no case in HTML."""
    page = parse('<x-a><template shadowRootMode="open">The <slot></slot></template>boat</x-a>')
    assert words(page.root) == "The boat"
