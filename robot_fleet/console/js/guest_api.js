// The API as a pass may use it. The pass stands behind the `#` of the address, which browsers send to nobody.

import { newKey, Refusal } from "./api.js";

export const PASS_OVER = ["request_pass_over", "request_sign_in_required"];

/** Return the calls of a pass. */
export function callsOf(secret) {
  const ask = async (path, body = null, key = "") => {
    const headers = { authorization: `Bearer ${secret}` };
    const request = { headers, cache: "no-store" };
    if (body !== null) {
      request.method = "POST";
      request.body = JSON.stringify(body);
      headers["content-type"] = "application/json";
      if (key) headers["idempotency-key"] = key;
    }
    let answer;
    try {
      answer = await fetch(`api/v1/${path}`, request);
    } catch {
      throw new Refusal("console_offline", "", "");
    }
    const content = await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    const { code = "console_odd_answer", message = answer.statusText, where = "" } = content.error ?? {};
    const refusal = new Refusal(code, message, where);
    refusal.afterS = Number(answer.headers.get("retry-after") ?? 0);
    throw refusal;
  };
  return {
    secret,
    look: () => ask("me"),
    ask: (key, wish) => ask("me/requests", wish, key),
    answer: (task, word) => ask("me/answers", { task, word }, newKey("answer")),
    open: (task, code) => ask("me/code", { task, code }, newKey("answer")),
    rate: (task, stars, words) => ask("me/ratings", { task, stars, words }, newKey("rating")),
    takeTicket: (ticket) => ask("me/tickets", { ticket }),
  };
}

export const passOfAddress = () => location.hash.slice(1);
