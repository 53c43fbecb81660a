"""Elements of HTML and SVG: made as trees, so that no text can break out of its place."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "http://www.w3.org/2000/svg"
Child = Element | str | None
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What may stand in no XML document."""


def h(tag: str, attributes: dict[str, str | float | None] | None = None, *children: Child) -> Element:
    """Return an element; attributes and children that are None are left out."""
    element = Element(tag)
    for name, value in (attributes or {}).items():
        if value is not None:
            element.set(name, value_text(value))
    last: Element | None = None
    for child in children:
        if isinstance(child, str):
            text = _FORBIDDEN.sub("\ufffd", child)
            if last is None:
                element.text = (element.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        elif child is not None:
            element.append(child)
            last = child
    return element


def value_text(value: str | float) -> str:
    """Return an attribute's value: numbers as short as a hundredth allows."""
    if isinstance(value, str):
        return _FORBIDDEN.sub("\ufffd", value)
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def anchor(prefix: str, name: str) -> str:
    """Return by what something is called within a document."""
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"


def svg(width: float, height: float, label: str, *children: Child, css: str = "") -> Element:
    """Return a picture that says to everybody what it shows.

    Parameters
    ----------
    width, height : of its own coordinates.
    label : what it shows, in a sentence.
    """
    attributes = {"viewBox": f"0 0 {value_text(width)} {value_text(height)}", "role": "img", "aria-label": label}
    return h("svg", {**attributes, "class": css or None}, *children)


def html_text(root: Element) -> str:
    """Return a whole HTML file."""
    return f"<!DOCTYPE html>\n{ElementTree.tostring(root, encoding='unicode', method='html')}\n"


def svg_text(root: Element) -> str:
    """Return a whole SVG file of an `svg` element."""
    alone = h(root.tag, {"xmlns": SVG, **root.attrib})
    alone.extend(root)
    return ElementTree.tostring(alone, encoding="unicode") + "\n"
