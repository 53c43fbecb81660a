// What a person has typed, as commands: `assign T42 R7`, `hold care 1`, `이유 r0042`. Pure: words in, proposals out.

const SHOWN = 9;
const UNSAID = 1; // a thing alone, without what is to be done with it, fits a little less

/**
 * Return the proposals for a text, best first: `{command, things, rest, complete}`. `commands` are
 * `{id, names, slots}`: what a person may call it, and the slots (their sorts) that come after it. `thingsOf(sort, before)`
 * are `{id, names}`, of the second slot those that go with what is in the first. A proposal is complete if every slot has its thing; else `rest` are the sorts that are still to come.
 */
export function proposals(typed, commands, thingsOf) {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const command of commands) {
    for (const [used, score] of beginnings(words, command.names)) {
      for (const { things, score: more } of fillings(words.slice(used), command.slots, thingsOf)) {
        const parts = things.length + (used ? 1 : 0);
        const fit = parts ? (score + more) / parts - (used ? 0 : UNSAID) : 0;
        found.push({ command, things, rest: command.slots.slice(things.length), complete: things.length === command.slots.length, score: fit });
      }
    }
  }
  const best = new Map();
  for (const each of found) {
    const key = [each.command.id, ...each.things.map(({ id }) => id)].join(" ");
    if (!best.has(key) || best.get(key).score < each.score) best.set(key, each);
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, SHOWN);
}

/** What a text becomes when a proposal that is not complete is taken up: it, and room for the next word. */
export const completed = ({ command, things }) => `${[command.names[0], ...things.map(({ id }) => id)].join(" ")} `;

/** Return [words used, score] of the ways in which words begin with a name, or leave it out and name things at once. */
function beginnings(words, names) {
  const ways = [[0, 0]];
  for (let used = 1; used <= words.length; used += 1) {
    const score = Math.max(...names.map((name) => likeness(words.slice(0, used).join(" "), name)));
    if (score) ways.push([used, score]);
  }
  return ways;
}

/** Return the ways in which all words fill slots, each slot with one thing. */
function fillings(words, slots, thingsOf, before = null) {
  if (!words.length) return [{ things: [], score: 0 }];
  if (!slots.length) return [];
  const found = [];
  for (let used = 1; used <= words.length; used += 1) {
    const said = words.slice(0, used).join(" ");
    const named = thingsOf(slots[0], before).map((thing) => [thing, likelihood(said, thing)]).filter(([, score]) => score)
      .sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
    for (const [thing, score] of named) {
      for (const rest of fillings(words.slice(used), slots.slice(1), thingsOf, thing)) {
        found.push({ things: [thing, ...rest.things], score: score + rest.score });
      }
    }
  }
  return found;
}

function likelihood(said, thing) {
  return Math.max(shorthand(said, thing.id), ...[thing.id, ...thing.names].map((name) => likeness(said, name)));
}

/** `T42` or `42` means the id that ends in the number 42, whatever letters it has; `c3` one that begins with c as well. */
function shorthand(said, id) {
  const [, letters, number] = said.match(/^([a-z]*)\s*0*(\d+)$/) ?? [];
  const [, own] = id.match(/0*(\d+)$/) ?? [];
  if (number === undefined || own !== number) return 0;
  return letters && id.toLowerCase().startsWith(letters) ? 8 : 6;
}

/** How well what was said fits a name: the whole, its beginning, the beginning of a word, a part, its letters in order. */
function likeness(said, name) {
  const known = name.toLowerCase();
  if (said === known) return 10;
  if (known.startsWith(said)) return 7;
  if (known.split(/[\s_·,-]+/).some((word) => word.startsWith(said))) return 5;
  if (said.length > 1 && known.includes(said)) return 3;
  return said.length > 2 && inOrder(said.replaceAll(" ", ""), known) ? 1 : 0;
}

function inOrder(letters, name) {
  let at = 0;
  for (const letter of name) if (letter === letters[at]) at += 1;
  return at === letters.length;
}
