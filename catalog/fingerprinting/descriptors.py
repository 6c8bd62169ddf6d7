"""The comparisons of :mod:`catalog.fingerprinting.features`: a table, chosen once.

Each row is (x1, y1, x2, y2), pixels from the corner along its own direction; its bit is 1 when the first is darker. The
mirrored half of a couple is the same with y negated. They were drawn from a normal distribution and kept greedily for
a mean near one half and little correlation with those before and their mirrors (the procedure of ORB's authors), over
9,576 corners of unrelated photographs.
"""

from __future__ import annotations

# fmt: off
COUPLES: tuple[tuple[int, int, int, int], ...] = (
    (6, -6, 3, 0), (5, -4, 11, -6), (-7, 8, -4, 4), (-13, 6, -9, 7),
    (-3, 14, -2, 0), (4, 3, 9, -6), (6, -10, 3, 6), (0, 12, 0, -7),
    (-1, 6, -2, -1), (-10, 1, -11, -3), (-6, 3, -14, -4), (3, 5, 8, 10),
    (-3, 9, -2, -6), (1, 10, 0, 4), (1, -5, 2, 8), (6, -7, 11, 9),
    (-4, -1, -4, 5), (-3, -11, -2, -7), (-7, -10, -4, 6), (1, 3, 1, -2),
    (0, -1, 4, 14), (6, -4, 12, -1), (-12, 8, -6, 5), (-6, -2, -8, 4),
    (-12, 2, -10, 6), (5, -14, 2, -9), (5, 4, 5, -2), (-6, 9, -12, -9),
    (1, -8, 1, -13), (-8, 2, -10, 6), (-13, -3, -9, -3), (11, 0, 10, 4),
    (0, 10, 3, -13), (-12, 2, -5, 4), (13, 4, 9, 8), (-9, -12, -2, -7),
    (1, 1, 13, -7), (9, -2, 4, -2), (-8, 0, -7, -7), (12, -8, 9, -2),
    (-10, 4, -7, 9), (-1, -6, -2, 5), (-10, -2, -4, 1), (-7, 4, -9, 12),
    (0, 7, 1, -6), (6, 6, 8, 0), (-2, -2, -10, 10), (6, -11, 9, 6),
    (4, 4, 1, -1), (-1, -10, -4, 9), (-5, 4, -4, 9), (-5, -8, -2, -1),
    (7, 7, 8, 11), (4, 9, 9, 8), (-8, -8, -5, -12), (-4, 7, -8, -5),
    (7, 9, 8, 3), (3, -2, 3, -8), (0, -7, 3, -10), (4, 5, 2, -5),
    (0, -15, 4, -9), (-2, -3, -1, 3), (1, 4, 6, 7), (1, 3, 0, -10),
)
# fmt: on
