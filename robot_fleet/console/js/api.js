// Commands. Each carries a key, so that sending it again after a lost answer does it once.

import { text } from "./i18n.js";

/** What the server (or the way to it) refused, with a stable code. */
export class Refusal extends Error {
  constructor(code, message, where) {
    super(message);
    this.code = code;
    this.where = where;
  }

  /** The sentence for people: the console's own for a known code, else the server's. */
  get sentence() {
    return text(`error.${this.code}`, { where: this.where }, this.message);
  }
}

export function newKey(what) {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `${what}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function post(path, key, body) {
  let answer;
  try {
    answer = await fetch(`api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refusal("console_offline", "", "");
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  const { code = "console_odd_answer", message = answer.statusText, where = "" } = content.error ?? {};
  throw new Refusal(code, message, where);
}

export const submitTask = (key, service, params) => post("tasks", key, { service, params });
export const cancelTask = (task) => post(`tasks/${encodeURIComponent(task)}/cancel`, newKey("cancel"), {});
export const holdFleet = (robot = "") => post("hold", newKey("hold"), { robot });
export const resumeFleet = (robot = "") => post("resume", newKey("resume"), { robot });
