// Dark, light, or as the system. `first.js` sets what was chosen before, style.css has each colour in both.

export const THEMES = ["system", "light", "dark"];

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];

export const theme = () => root.dataset.theme ?? "system";

export function setTheme(next) {
  try {
    localStorage.setItem("theme", next);
  } catch {
    // nothing to keep it in
  }
  show(next);
}

/** Call `listener` whenever the page has other colours. */
export const onTheme = (listener) => listeners.push(listener);

function show(next) {
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

dark.addEventListener("change", tell);
addEventListener("storage", ({ key, newValue }) => {
  if (key === "theme") show(THEMES.includes(newValue) ? newValue : "system"); // chosen in another window
});
