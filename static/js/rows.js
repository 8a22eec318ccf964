// The rows of a record: they open in place, are walked through with keys, and are as they were after going back.

const rows = () => [...document.querySelectorAll(".rows .open")].filter((link) => link.checkVisibility());
const detailsOf = (link) => link.closest("tr").nextElementSibling;
const isOpen = (link) => link.getAttribute("aria-expanded") === "true";

// The chevron fetches once, then opens and closes.
function toggle(link, open) {
  link.setAttribute("aria-expanded", String(open));
  detailsOf(link).hidden = !open;
  remember();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt;
  if (!link.matches(".open")) return;
  const details = detailsOf(link);
  if (details.textContent.trim() === "") return;
  event.preventDefault();
  toggle(link, details.hidden);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const link = event.detail.requestConfig?.elt;
  if (!link?.matches(".open")) return;
  toggle(link, true);
  if (link === document.activeElement) show(link);
});

document.addEventListener("click", (event) => {
  const row = event.target.closest(".rows .event");
  if (!row || event.target.closest("a, button") || String(getSelection())) return;
  row.querySelector(".open").click();
});

// Groups: what the button says is what the style sheet shows.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".group-button");
  if (!button) return;
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
  remember();
});

// Keys. They can be switched off: whoever speaks to their computer may say a letter without meaning it.
const switchedOn = document.getElementById("keys-on");

function stored(value) {
  try {
    if (value !== undefined) localStorage.setItem("keys", value);
    return localStorage.getItem("keys");
  } catch {
    return null; // Storage is refused: the switch holds until the next page.
  }
}

switchedOn.checked = stored() !== "off";
switchedOn.addEventListener("change", () => stored(switchedOn.checked ? "on" : "off"));

// The row in which the keyboard is, or, of a details' part, its row.
function current() {
  const row = document.activeElement.closest(".rows .event, .rows .more");
  return (row?.matches(".more") ? row.previousElementSibling : row)?.querySelector(".open");
}

// As much of the details as there is room for, and always their row.
function show(link) {
  const row = link.closest("tr");
  row.scrollIntoView({ block: "nearest" });
  const beyond = detailsOf(link).getBoundingClientRect().bottom - innerHeight;
  const room = row.getBoundingClientRect().top - parseFloat(getComputedStyle(row).scrollMarginTop);
  if (isOpen(link) && beyond > 0) scrollBy(0, Math.min(beyond, room));
}

function step(by) {
  const all = rows();
  const here = current();
  const belowTop = (link) => link.getBoundingClientRect().top > 0;
  const next = here ? all[all.indexOf(here) + by] : all.find(belowTop) ?? all[0];
  if (!next) {
    document.getElementById(by > 0 ? "older" : "newer")?.focus();
    return;
  }
  if (here && isOpen(here)) {
    toggle(here, false);
    if (!isOpen(next)) next.click();
  }
  next.focus({ preventScroll: true });
  show(next);
}

function close() {
  const here = current();
  const link = here && isOpen(here) ? here : rows().findLast(isOpen);
  if (!link) return;
  toggle(link, false);
  link.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => (current() ?? rows()[0])?.click(),
  Escape: close,
  "?": () => document.querySelector("[popovertarget=keys]").click(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  const isShortcut = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (isTyping || isShortcut || document.querySelector(":popover-open") || !KEYS[event.key]) return;
  if (!switchedOn.checked && event.key !== "Escape") return;
  event.preventDefault();
  KEYS[event.key]();
});

// Going back asks the server again; what was open is opened again, where it was. Kept for this tab alone: ids of rows,
// nothing that a row shows.
const place = () => `rows ${location.pathname}${location.search}`;
let shown = place(); // the address of the rows: on going back, the window's own is another before they are
let restoring = true; // until it is known whether there is anything: the browser scrolls by itself, too
let pending = 0;

function remember(again = false) {
  if (restoring) return;
  clearTimeout(pending);
  pending = 0;
  const open = rows().filter(isOpen).map((link) => link.getAttribute("href"));
  const groups = [...document.querySelectorAll(".group-button[aria-expanded=true]")].map((button) => button.getAttribute("aria-controls"));
  try {
    sessionStorage.setItem(shown, JSON.stringify({ open, groups, top: scrollY, again }));
  } catch {
    // Storage is refused or full: going back shows the page from its top.
  }
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(shown));
  } catch {
    return null;
  }
}

function reopen(link) {
  const done = new Promise((resolve) => link.addEventListener("htmx:afterRequest", resolve, { once: true }));
  link.click();
  return done;
}

async function restore() {
  const kept = remembered();
  const [{ type }] = performance.getEntriesByType("navigation");
  if (kept && (type !== "navigate" || kept.again)) {
    for (const id of kept.groups) document.querySelector(`[aria-controls="${CSS.escape(id)}"][aria-expanded=false]`)?.click();
    await Promise.all(rows().filter((link) => kept.open.includes(link.getAttribute("href"))).map(reopen));
    scrollTo(0, kept.top);
  }
  restoring = false;
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "results") shown = place();
});
addEventListener("scroll", () => {
  pending ||= setTimeout(() => remember(), 200);
}, { passive: true });
addEventListener("load", restore);
// A note is written in the list, and the list comes back with it.
document.addEventListener("submit", (event) => {
  if (!event.target.closest(".rows .notes")) return;
  remember(true);
  restoring = true; // nothing more is to be remembered of this page
});
addEventListener("pagehide", () => pending && remember());
