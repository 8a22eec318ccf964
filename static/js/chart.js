// The chart of a report. Its bars are links; here it folds, the arrows go from bar to bar, and a range of bars is chosen:
// by dragging from one to another, or with Shift and the arrows.

// It stays folded. The button's words say which it does.
document.addEventListener("click", (event) => {
  if (!event.target.closest(".chart-fold")) return;
  const folded = document.documentElement.classList.toggle("chart-folded");
  try {
    localStorage.setItem("chart", folded ? "folded" : "");
  } catch {
    // Storage is refused: it stays as it is until the next page.
  }
});

// ``anchor``: the bar at which the range began; ``last``: the one at its other end.
let range = null;
let isDragged = false;

const barsOf = (bar) => [...bar.closest(".chart-drawing").querySelectorAll(".bar")];

function ends() {
  const bars = barsOf(range.anchor);
  const [from, to] = [bars.indexOf(range.anchor), bars.indexOf(range.last)].sort((one, other) => one - other);
  return { bars, from, to };
}

function show() {
  const { bars, from, to } = ends();
  bars.forEach((bar, place) => bar.classList.toggle("is-chosen", from !== to && from <= place && place <= to));
  const text = range.anchor.closest(".chart").querySelector(".chart-range");
  const [first, last] = [bars[from], bars[to]].map((bar) => bar.dataset.name);
  text.textContent = from === to ? "" : `${first} to ${last}. ${isDragged ? "" : "Press Enter to show it."}`;
}

function forget() {
  if (!range) return;
  range.last = range.anchor;
  if (range.anchor.isConnected) show();
  range = null;
  isDragged = false;
}

function open() {
  const { bars, from, to } = ends();
  const drawing = range.anchor.closest(".chart-drawing");
  const url = new URL(drawing.dataset.range, location);
  url.searchParams.set("from", bars[from].dataset.from);
  url.searchParams.set("to", bars[to].dataset.to);
  forget();
  if (window.htmx && drawing.closest("#results")) htmx.ajax("GET", url.pathname + url.search, { source: drawing });
  else location.assign(url);
}

document.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest(".bar");
  forget();
  if (!bar?.dataset.from || event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls
  range = { anchor: bar, last: bar };
});

document.addEventListener("pointermove", (event) => {
  if (!range || !(event.buttons & 1)) return;
  const drawing = range.anchor.closest(".chart-drawing");
  const bars = barsOf(range.anchor);
  const { left, width } = drawing.getBoundingClientRect();
  const place = Math.floor(((event.clientX - left) / width) * bars.length);
  const last = bars[Math.min(Math.max(place, 0), bars.length - 1)];
  if (last === range.last) return;
  range.last = last;
  isDragged = true;
  show();
});

document.addEventListener("pointerup", () => {
  if (!isDragged) return;
  if (range.last === range.anchor) forget();
  else open();
  // The click that follows is no wish to open the bar on which the pointer was let go.
  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }));
});

document.addEventListener("pointercancel", forget);
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".bar")) event.preventDefault(); // the link itself is not what is dragged
});

// One stop of the Tab key; the arrows go from bar to bar.
document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.(".bar");
  if (!bar) return;
  if (range && range.last !== range.anchor && (event.key === "Enter" || event.key === "Escape")) {
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") open();
    else forget();
    return;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  if (!step) return;
  event.preventDefault();
  const bars = barsOf(bar);
  const next = bars[Math.min(Math.max(bars.indexOf(bar) + step, 0), bars.length - 1)];
  if (event.shiftKey && bar.dataset.from) {
    range ??= { anchor: bar, last: bar };
    range.last = next;
    show();
  } else forget();
  bar.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}, true);
