"""Places for the words of a picture, so that they do not cover each other."""

from __future__ import annotations

from robot_fleet.reports.campaign.view import Point

_WORD = 6.6
_WIDE_WORD = 11.5
_HEIGHT = 13.0
_GAP = 7.0

Box = tuple[float, float, float, float]


def width_of(text: str) -> float:
    """Return about how wide a text is at 12 units; Korean letters are wide."""
    return sum(_WIDE_WORD if ord(letter) > 0x1100 else _WORD for letter in text)


class Labels:
    """The places that are taken, in a picture of a size."""

    def __init__(self, width: float, height: float) -> None:
        self._size = width, height
        self._taken: list[Box] = []

    def keep(self, x: float, y: float, radius: float) -> None:
        """Keep words off a mark."""
        self.keep_box((x - radius, y - radius, x + radius, y + radius))

    def keep_box(self, box: Box) -> None:
        """Keep words off a rectangle: left, top, right, low."""
        self._taken.append(box)

    def place(self, x: float, y: float, text: str, away: float = 0.0) -> Point | None:
        """Return where a text beside a point begins (its base line), None if there is no room.

        Parameters
        ----------
        away : how much farther than usual it stands, for the size of a mark.
        """
        wide, gap = width_of(text), _GAP + away
        half = _HEIGHT / 2.0
        for left, middle in (
            (x + gap, y),
            (x - gap - wide, y),
            (x - wide / 2.0, y - gap - half),
            (x - wide / 2.0, y + gap + half),
            (x + gap, y - _HEIGHT),
            (x + gap, y + _HEIGHT),
            (x - gap - wide, y - _HEIGHT),
            (x - gap - wide, y + _HEIGHT),
        ):
            box = (left, middle - half, left + wide, middle + half)
            if self._free(box):
                self._taken.append(box)
                return left, middle + 4.0
        return None

    def _free(self, box: Box) -> bool:
        left, top, right, low = box
        inside = left >= 2.0 and top >= 2.0 and right <= self._size[0] - 2.0 and low <= self._size[1] - 2.0
        return inside and not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < low for other in self._taken
        )
