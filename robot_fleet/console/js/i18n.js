// What the pages say. Its languages are the tables that the server has: a page is offered in those that say all of it,
// and English stands in for what a table leaves out. Names of places, robots and services come from the site.

/** The languages that this page is offered in, by code: what each calls itself. */
export const LANGUAGES = {};
const LAST = "en";
const listeners = [];
const tables = {};
const blanks = {}; // what all texts may speak of: the number that is dialled for an ambulance
let current = LAST;
let first = LAST;

const load = async (name) => (await fetch(`i18n/${name}.json`)).json();

/**
 * Load the tables, and choose: what was chosen before, else one of `spoken` (the browser's languages), else the site's first
 * language. `pages` is `console`, or `guests` for people without an account: they read the languages of the site alone.
 */
export async function loadTexts(spoken = navigator.languages, pages = "console") {
  const { site, languages, emergency_number: emergency } = await load("languages");
  blanks.emergency = emergency;
  const whole = languages.filter((each) => each[pages]);
  const ours = site.map((code) => whole.find((each) => each.code === code)).filter(Boolean);
  const offered = pages === "guests" && ours.length ? ours : whole;
  for (const { code, name } of offered) LANGUAGES[code] = name;
  await Promise.all([...new Set([...Object.keys(LANGUAGES), LAST])].map(async (code) => {
    tables[code] = await load(code);
  }));
  first = ours[0]?.code ?? LAST;
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    chosen = null; // a browser that keeps nothing: ask it anew each time
  }
  const wished = [chosen, ...spoken.map((tag) => tag.split("-")[0])];
  current = wished.find((language) => language in LANGUAGES) ?? first;
}

export const language = () => current;

/** Return the language in which a page begins that nobody has chosen one for: the site's first that it has. */
export const firstLanguage = () => first;

/** Return the language after this one, for a single button. */
export function nextLanguage() {
  const codes = Object.keys(LANGUAGES);
  return codes[(codes.indexOf(current) + 1) % codes.length];
}

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
  const form = tables[current][key] ?? tables[LAST][key] ?? fallback;
  return form.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? blanks[name] ?? "");
}

/** Return a text in a language that is not shown: people type in either. */
export const otherText = (key) => tables[Object.keys(LANGUAGES).find((each) => each !== current) ?? LAST][key] ?? key;

export const has = (key) => key in tables[current] || key in tables[LAST];

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
