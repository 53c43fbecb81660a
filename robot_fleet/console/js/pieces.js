// What robots have done, do and are to do, as pieces of a timeline. Pure: rows of the stream in, pieces out.

export const CHARGE = -1;

/**
 * Return the pieces of a robot, by time: `{task, stop, place, from, begin, end, tense}`. It drives from `from` to `begin` and
 * is at its place until `end`. `tense` is past, now or next; a charge has no task.
 */
export function piecesOf(route, past, now) {
  const pieces = past.map(([, task, stop, place, sent, arrived, ended]) => (
    { task, stop, place, from: sent, begin: arrived ?? ended, end: ended, tense: "past" }));
  let free = now;
  if (route?.now) {
    const [task, stop, place, sent, arrive, end, arrived] = route.now;
    const there = arrived ? arrive : Math.max(arrive ?? now, now); // who has not arrived yet arrives at the earliest now
    const over = Math.max(end === null ? there : end + (there - (arrive ?? there)), now);
    pieces.push({ task, stop, place, from: sent, begin: there, end: over, tense: "now" });
    free = over;
  }
  for (const [task, stop, place, drive, begin, end] of route?.next ?? []) {
    const behind = Math.max(0, free - (begin - drive)); // what is not done yet puts off what comes after
    pieces.push({ task, stop, place, from: begin - drive + behind, begin: begin + behind, end: end + behind, tense: "next" });
    free = end + behind;
  }
  return pieces;
}

/** Whether a piece has the stop at which its task's lateness is expected or was found. */
export const isLate = (fleet, piece) => {
  const task = fleet.tasks.get(piece.task);
  return Boolean(task) && (fleet.lateness(task) ?? 0) >= 1;
};
