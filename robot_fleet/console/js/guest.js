// What every page of a pass is made of: one screen at a time, the pass's things kept up to date, and what is always said.

import { byId, h } from "./dom.js";
import { callsOf, PASS_OVER, passOfAddress } from "./guest_api.js";
import { applyTexts, blank, language, LANGUAGES, loadTexts, named, onLanguage, setLanguage, text } from "./i18n.js";

const EVERY_MS = 2000;
const LOST_AFTER = 2; // looks that fail in a row: one may be a hiccup

/** A page: what is known (`me`), how to ask (`calls`), which screen is shown. */
export class Guest {
  constructor(first) {
    this.first = first;
    this.calls = callsOf(passOfAddress());
    this.me = null;
    this.missed = 0;
    this.over = false;
    this.screen = null;
    this.drawn = "";
  }

  async begin() {
    await loadTexts([], "guests"); // the site's first language, unless somebody has chosen here
    this.languages();
    onLanguage(() => {
      this.languages();
      this.drawn = "";
      this.draw();
    });
    addEventListener("hashchange", () => location.reload());
    this.show(this.first);
    await this.look();
    this.again();
  }

  again() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (!document.hidden) await this.look();
      this.again();
    }, EVERY_MS);
  }

  /** Look what is known now, and draw what has changed. */
  async look() {
    const calls = this.calls;
    try {
      const me = await calls.look();
      if (calls !== this.calls) return; // somebody else's by now
      this.me = me;
      this.missed = 0;
      this.over = false;
    } catch (refusal) {
      if (calls !== this.calls) return;
      if (PASS_OVER.includes(refusal.code)) this.over = true;
      else this.missed += 1;
    }
    this.draw();
  }

  /** Go on with another pass, such as that of a ticket; or with the page's own. */
  async use(secret = passOfAddress()) {
    this.calls = callsOf(secret);
    this.me = null;
    await this.look();
  }

  /** Show a screen: a function of this page that returns its elements, the heading first. */
  show(screen) {
    this.screen = screen;
    this.drawn = "";
    this.draw();
    const heading = byId("main").querySelector("h1");
    if (heading) heading.focus();
    scrollTo(0, 0);
  }

  home() {
    this.show(this.first);
  }

  draw() {
    applyTexts();
    this.around();
    const elements = this.over ? overScreen() : this.me === null ? waitScreen() : this.screen(this);
    const main = byId("main");
    const fresh = h("div", {}, elements);
    if (fresh.innerHTML === this.drawn) return; // nothing that anybody could see: what is pressed stays under the finger
    const focus = main.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    this.drawn = fresh.innerHTML;
    main.replaceChildren(...fresh.childNodes);
    if (focus) main.querySelector(`[data-focus="${focus}"]`)?.focus({ preventScroll: true });
  }

  /** What stands around every screen. */
  around() {
    const { me } = this;
    document.title = text("guest_title");
    byId("place").textContent = me?.place ? named(me.place) : text("guest_title");
    const lost = this.missed >= LOST_AFTER ? "guest_lost" : me && !me.live ? "guest_not_live" : "";
    const said = lost ? text(lost) : "";
    if (byId("lost").textContent !== said) byId("lost").textContent = said;
    byId("lost").hidden = !lost;
    const number = blank("emergency");
    const line = text("guest_emergency", { number: "\u0000" }).split("\u0000");
    const fresh = h("p", {}, line[0], h("a", { href: `tel:${number}`, textContent: number }), line[1] ?? "");
    // a call that is just being touched is not exchanged for another
    if (byId("emergency").innerHTML !== fresh.innerHTML) byId("emergency").replaceChildren(...fresh.childNodes);
  }

  languages() {
    byId("languages").replaceChildren(...Object.entries(LANGUAGES).map(([code, name]) =>
      h("button", { type: "button", class: "guest-language", lang: code, "data-language": code, "aria-pressed": String(code === language()), textContent: name, onclick: () => setLanguage(code) })));
  }

  /** Say something to whoever cannot see that the screen has changed. */
  say(sentence) {
    byId("said").textContent = sentence;
  }
}

export const heading = (words) => h("h1", { tabIndex: -1, textContent: words });
export const line = (words, kind = "") => h("p", { class: `guest-line ${kind}`, textContent: words });

export function button(words, onclick, { kind = "", focus = words, symbol = null, under = "", ...more } = {}) {
  return h("button", { type: "button", class: `guest-button ${kind}`, "data-focus": focus, onclick, ...more },
    symbol,
    h("span", { class: "guest-words" }, h("span", { textContent: words }), under ? h("small", { textContent: under }) : null));
}

const overScreen = () => [heading(text("guest_over")), line(text("guest_over_means"))];
const waitScreen = () => [heading(text("guest_wait"))];
