// Colours of the map, from the page's own custom properties, so that light and dark stand in one place (style.css).

const NAMES = ["floor", "wall", "beyond", "lane", "place", "label", "halo", "item", "item-line", "ring", "low", "empty",
  "danger", "accent", "marker-ink", "kind-0", "kind-1", "kind-2", "kind-3", "kind-4"];

export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  return paletteOf(Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--map-${name}`).trim()])));
}

/** Return the palette of some colours, which alone can be told to another thread. */
export const paletteOf = (colours) => ({ ...colours, colours, kind: (index) => colours[`kind-${index % 5}`] });

/** Return [r, g, b] of a colour written as #rrggbb. */
export function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
