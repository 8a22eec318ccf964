// The filters of a report with scripts: they fold and stay folded, their choices are counted, and the box completes what is
// typed. What they say and send is in report.js, how their choices are found in pickers.js.

const form = document.getElementById("filters");
const pickers = [...form.querySelectorAll(".picker")];
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
const options = (picker) => [...picker.querySelectorAll(".picker-option")];
const labelOf = (option) => option.querySelector("span").textContent;

// Folding

const fold = form.querySelector(".filters-fold");
const isFolded = () => document.documentElement.classList.contains("filters-folded");

fold.setAttribute("aria-expanded", String(!isFolded()));
fold.addEventListener("click", () => {
  document.documentElement.classList.toggle("filters-folded");
  fold.setAttribute("aria-expanded", String(!isFolded()));
  try {
    localStorage.setItem("filters", isFolded() ? "folded" : "");
  } catch {
    // Storage is refused: it stays as it is until the next page.
  }
});

// How many events of the period have each choice: they come with the chart.

function count(picker) {
  const text = document.getElementById("filter-counts").dataset.counts;
  if (!text) return; // those of the page hold
  const counts = JSON.parse(text)[picker.dataset.filter];
  for (const option of options(picker)) {
    option.querySelector(".picker-count")?.remove();
    if (!counts) continue;
    const number = document.createElement("span");
    number.className = "picker-count";
    number.textContent = (counts[option.querySelector("input").value] ?? 0).toLocaleString("en-GB");
    option.append(number);
  }
}

for (const picker of pickers) {
  picker.addEventListener("toggle", () => {
    if (picker.open) count(picker);
  });
}

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target.id === "filter-counts") pickers.filter((picker) => picker.open).forEach(count);
});

// The box: a list below it completes the term at its end, from what the filters offer.

const box = form.elements.q;
const list = document.getElementById("completions");
const number = document.getElementById("completions-number");
const terms = JSON.parse(box.dataset.terms);
const words = box.dataset.words.split(" ");
const MOST = 8;
let current = -1;

// What is typed last, up to the end: whole if it has quotes that are open.
const last = () => box.value.match(/(?:[^\s"]|"[^"]*(?:"|$))*$/)[0];
const quoted = (text) => (/[\s,]/.test(text) ? `"${text}"` : text);
const startsOrHas = (typed) => (label) => plain(label).includes(typed);

// People are written by their address, which nobody else has.
const written = (label) => quoted(label.match(/\(([^()\s]+@[^()\s]+)\)$/)?.[1] ?? label);

const titleOf = (name) =>
  pickers.find((each) => each.dataset.filter === name)?.querySelector(".picker-label").textContent ?? "";

function proposals() {
  const typed = last();
  const [, minus, key, value] = typed.match(/^(-?)(?:([\p{L}_-]+):)?(.*)$/u);
  const picker = key && pickers.find((each) => each.dataset.filter === terms[key.toLowerCase()]);
  if (picker) {
    const values = value.split(",");
    const part = plain(values.pop().replaceAll('"', ""));
    const before = values.map((each) => `${each},`).join("");
    const labels = options(picker).map(labelOf).filter(startsOrHas(part));
    labels.sort((one, other) => plain(other).startsWith(part) - plain(one).startsWith(part));
    return labels.map((label) => ({ text: `${minus}${key}:${before}${written(label)}`, hint: label }));
  }
  if (key && terms[key] === "period") return [];
  const part = plain(value);
  if (key || !part) return [];
  const begins = (each) => each.startsWith(part) && each !== part;
  return [
    ...Object.keys(terms).filter(begins).map((each) => ({ text: `${minus}${each}:`, hint: titleOf(terms[each]) })),
    ...words.filter(begins).map((each) => ({ text: `${minus}${each}`, hint: "" })),
  ];
}

function close() {
  list.hidden = true;
  current = -1;
  number.textContent = "";
  box.removeAttribute("aria-activedescendant");
}

function point(place) {
  current = place;
  [...list.children].forEach((item, each) => item.setAttribute("aria-selected", String(each === place)));
  box.setAttribute("aria-activedescendant", list.children[place]?.id ?? "");
  list.children[place]?.scrollIntoView({ block: "nearest" });
}

function propose() {
  const atEnd = box.selectionStart === box.value.length;
  const found = atEnd ? proposals().slice(0, MOST) : [];
  list.replaceChildren(
    ...found.map(({ text, hint }, place) => {
      const item = document.createElement("li");
      item.id = `completion-${place}`;
      item.role = "option";
      item.dataset.text = text;
      item.setAttribute("aria-selected", "false");
      const term = document.createElement("span");
      term.textContent = text;
      item.append(term);
      if (hint && hint !== text) {
        const more = document.createElement("span");
        more.className = "muted";
        more.textContent = hint;
        item.append(more);
      }
      return item;
    }),
  );
  if (found.length === 0) {
    close();
    return;
  }
  list.hidden = false;
  current = -1;
  number.textContent = `${found.length} suggestion${found.length === 1 ? "" : "s"}. Choose with the arrow keys.`;
}

function take(text) {
  const typed = last();
  const before = box.value.slice(0, box.value.length - typed.length);
  const isWhole = !text.endsWith(":");
  box.value = `${before}${text}${isWhole ? " " : ""}`;
  box.focus();
  if (isWhole) close();
  else propose();
}

box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", "completions");
box.addEventListener("input", propose);
document.addEventListener("people:found", () => {
  pickers.filter((picker) => picker.open).forEach(count);
  if (document.activeElement === box) propose();
});
box.addEventListener("blur", close);

box.addEventListener("keydown", (event) => {
  const items = [...list.children];
  if (list.hidden) {
    if (event.key === "ArrowDown") propose();
    return;
  }
  if (event.key === "ArrowDown") point((current + 1) % items.length);
  else if (event.key === "ArrowUp") point((Math.max(current, 0) + items.length - 1) % items.length);
  else if (event.key === "Escape") close();
  else if ((event.key === "Enter" || event.key === "Tab") && current >= 0) take(items[current].dataset.text);
  else {
    if (event.key === "Enter") close();
    return;
  }
  event.preventDefault();
});

list.addEventListener("pointerdown", (event) => {
  event.preventDefault(); // the box keeps the focus
  const item = event.target.closest("[role=option]");
  if (item) take(item.dataset.text);
});
