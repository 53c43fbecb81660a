// Elements made without markup in strings: whatever a site or a person calls a thing, it stays text.

export const byId = (id) => document.getElementById(id);

let pressed = null; // what the mouse or a finger is on: rebuilt meanwhile, it would lose the click
addEventListener("pointerdown", ({ target }) => {
  pressed = target;
}, true);
for (const over of ["pointerup", "pointercancel"]) {
  addEventListener(over, () => {
    pressed = null;
  }, true);
}

/** Return an element; `props` sets properties, `data-*`, `aria-*` and `role` as attributes, `on*` as listeners. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Bring a list of rows up to date without rebuilding what has not changed, so that focus and scrolling stay.
 * `build(row)` makes the element of a row; `signature(row)` is equal as long as the element would be. A row that is
 * pressed at the moment waits for the next time.
 */
export function keepRows(container, rows, key, signature, build) {
  const known = (container.kept ??= new Map());
  const wanted = new Set(rows.map(key));
  for (const [id, kept] of known) {
    if (wanted.has(id)) continue;
    kept.element.remove();
    known.delete(id);
  }
  let previous = null;
  for (const row of rows) {
    const id = key(row);
    const sign = signature(row);
    let kept = known.get(id);
    if (!kept || (kept.sign !== sign && !kept.element.contains(pressed))) {
      const element = build(row);
      if (kept) {
        const focus = kept.element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
        kept.element.replaceWith(element);
        const again = focus && (element.dataset.focus === focus ? element : element.querySelector(`[data-focus="${focus}"]`));
        if (again) again.focus({ preventScroll: true });
      }
      kept = { element, sign };
      known.set(id, kept);
    }
    const place = previous ? previous.nextSibling : container.firstChild;
    if (place !== kept.element) container.insertBefore(kept.element, place);
    previous = kept.element;
  }
}
