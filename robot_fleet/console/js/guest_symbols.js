// Pictures beside words, drawn here: nothing is loaded, and they have the colour of the words.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  bag: "M7 9h10l1.5 11h-13zM9 9V7a3 3 0 0 1 6 0v2",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  box: "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9",
  car: "M3 16v-4l3-1 2-4h8l3 4 2 1v4zM5 16a2 2 0 1 0 4 0M15 16a2 2 0 1 0 4 0",
  small_car: "M5 16v-4l2-4h7l4 4 2 1v3zM7 16a2 2 0 1 0 4 0M14 16a2 2 0 1 0 4 0",
  van: "M2 16V6h12l5 4 3 2v4zM5 16a2 2 0 1 0 4 0M15 16a2 2 0 1 0 4 0M14 6v5h6",
  chat: "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5",
  heart: "M12 20S4 14.5 4 9a4 4 0 0 1 8-1 4 4 0 0 1 8 1c0 5.5-8 11-8 11z",
  meal: "M4 13h16a8 8 0 0 1-16 0zM9 4v4M12 3v5M15 4v4M3 21h18",
};

export function symbol(name) {
  if (!PATHS[name]) return null;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "guest-symbol");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
