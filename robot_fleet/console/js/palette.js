// Colours of the map, from the page's own custom properties, so that light and dark stand in one place (style.css).

const NAMES = ["floor", "wall", "beyond", "lane", "place", "label", "halo", "item", "item-line", "ring", "low", "empty",
  "danger", "accent", "marker-ink", "kind-0", "kind-1", "kind-2", "kind-3", "kind-4"];

/** Return the palette of the theme that is shown. */
export function readPalette() {
  const probe = document.body.appendChild(document.createElement("i")); // a custom property alone would say both colours
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--map-${name})`;
    return [name, hex(getComputedStyle(probe).color)];
  });
  probe.remove();
  return paletteOf(Object.fromEntries(colours));
}

/** Return `rgb(1, 2, 3)` as `#010203`, so that a canvas can be told how opaque it is. */
const hex = (colour) => `#${colour.match(/\d+/g).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;

/** Return the palette of some colours, which alone can be told to another thread. */
export const paletteOf = (colours) => ({ ...colours, colours, kind: (index) => colours[`kind-${index % 5}`] });

/** Return [r, g, b] of a colour written as #rrggbb. */
export function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
