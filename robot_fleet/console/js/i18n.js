// The console's two languages. Names of places, robots and services come from the site, in the languages that it speaks.

export const LANGUAGES = { ko: "한국어", en: "English" };
const CODES = Object.keys(LANGUAGES);
const listeners = [];
const tables = {};
const blanks = { emergency: "119" }; // what all texts may speak of: the number that is dialled for an ambulance
let current = "ko";

/** Load both tables, and choose: what was chosen before, else one of `spoken` (the browser's languages), else Korean. */
export async function loadTexts(spoken = navigator.languages) {
  await Promise.all(
    CODES.map(async (language) => {
      tables[language] = await (await fetch(`i18n/${language}.json`)).json();
    }),
  );
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    chosen = null; // a browser that keeps nothing: ask it anew each time
  }
  const wished = [chosen, ...spoken.map((tag) => tag.slice(0, 2))];
  current = wished.find((language) => CODES.includes(language)) ?? "ko";
}

export const language = () => current;

export function setLanguage(next) {
  current = next;
  try {
    localStorage.setItem("language", next);
  } catch {
    // nothing to keep it in
  }
  for (const listener of listeners) listener();
}

/** Fill a blank that all texts may have, and say them anew if it was filled otherwise before. */
export function setBlank(name, value) {
  if (blanks[name] === value) return;
  blanks[name] = value;
  for (const listener of listeners) listener();
}

/** Return what stands in a blank that all texts may have. */
export const blank = (name) => blanks[name];

export const onLanguage = (listener) => listeners.push(listener);

/** Return the text of a key, `{name}` replaced by values; `fallback` (or the key) where there is none. */
export function text(key, values = {}, fallback = key) {
  const form = tables[current][key] ?? fallback;
  return form.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? blanks[name] ?? "");
}

/** Return a text in the language that is not shown: people type in either. */
export const otherText = (key) => tables[CODES.find((each) => each !== current)][key] ?? key;

export const has = (key) => key in tables[current];

/** Return a site's own name for a thing. */
export const named = (name) => (name ? name[current] || name.en || Object.values(name)[0] : "");

/** Put the texts into the page's fixed elements. */
export function applyTexts() {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = text(element.dataset.label);
  }
}
