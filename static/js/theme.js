// Runs before the first paint, so that neither a chosen theme flashes nor a folded chart.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    root.classList.toggle("chart-folded", localStorage.getItem("chart") === "folded");
  } catch {
    // Storage is refused: the system's theme holds, and the chart is shown.
  }
})();
