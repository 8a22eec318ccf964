// Runs before the first paint, so that neither a chosen theme flashes nor what is folded.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    for (const part of ["chart", "filters"]) {
      root.classList.toggle(`${part}-folded`, localStorage.getItem(part) === "folded");
    }
  } catch {
    // Storage is refused: the system's theme holds, and nothing is folded.
  }
})();
