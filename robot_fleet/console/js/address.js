// The page's address says what is open and chosen: `#/plan?robot=care_1`. Ids and words only, nothing about people.

/** Return the view (`""` for the map alone) and the values of the present address. */
export function readAddress() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view: path, values: Object.fromEntries(new URLSearchParams(query)) };
}

/** Go to a view; what is chosen stays. The way back leads to the view before. */
export function goTo(view) {
  const next = written(view, readAddress().values);
  if (next !== location.href) history.pushState(null, "", next);
}

/** Keep values in the address without a step of its own on the way back; empty ones are left out. */
export function keepInAddress(values) {
  const { view, values: before } = readAddress();
  const next = written(view, { ...before, ...values });
  if (next !== location.href) history.replaceState(null, "", next);
}

function written(view, values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
  const hash = view || query ? `#/${view}${query ? `?${query}` : ""}` : "";
  return new URL(location.pathname + location.search + hash, location.href).href;
}
