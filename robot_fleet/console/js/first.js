// Before anything is drawn: the theme that this browser keeps. No module, since modules run after the page was shown.

try {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // a browser that keeps nothing: as the system
}
