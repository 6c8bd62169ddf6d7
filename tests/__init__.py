"""The tests of Cutline. ``PICTURES`` and ``ARTICLES`` are how many ``fixtures/stories`` holds."""

PICTURES = 21
ARTICLES = 4
