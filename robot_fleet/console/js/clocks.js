// The four clocks of a call for help. Pure: rows of the stream in, what each clock says out.

const NAMES = ["shown", "voice", "on_site", "closed"];

/**
 * Return the clocks of a call, in order: `{name, state, took, limit}`. `state` is running, met or missed (also while it still
 * runs past its limit); `took` are the seconds so far, or that it took; null for what did not happen before the end.
 */
export function clocksOf(call, incident, limits, now) {
  const ends = { shown: call.shown_s, voice: call.voice_s, on_site: call.on_site_s, closed: incident.closed_s };
  const most = { shown: limits.shown_s, voice: limits.voice_s, on_site: call.on_site_due_s - call.raised_s, closed: limits.closed_s };
  return NAMES.map((name) => {
    const at = ends[name];
    const over = incident.closed_s !== null;
    const took = at !== null ? at - call.raised_s : over ? null : Math.max(now - call.raised_s, 0);
    const inTime = took !== null && took <= most[name];
    return { name, limit: most[name], took, state: !inTime ? "missed" : at !== null ? "met" : "running" };
  });
}

/** Seconds until 119 is to be called, negative when it is due; null once somebody has answered or 119 was called. */
export const silenceLeft = (call, now) => (call.silence_due_s === null ? null : call.silence_due_s - now);
