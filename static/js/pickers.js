// Filters of several values: one is open at a time; Escape, or a click elsewhere, closes it. Their choices are searched, and
// the arrows go from choice to choice.

const pickers = [...document.querySelectorAll(".picker")];
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
const options = (picker) => [...picker.querySelectorAll(".picker-option")];
const visible = (picker) => options(picker).filter((option) => !option.hidden).map((option) => option.querySelector("input"));

document.documentElement.classList.add("js"); // the search is shown

for (const picker of pickers) {
  const search = picker.querySelector(".picker-search");

  picker.addEventListener("toggle", () => {
    if (!picker.open) return;
    picker.classList.toggle("picker-late", picker.getBoundingClientRect().left > innerWidth / 2);
    search?.focus();
  });

  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && picker.open) {
      event.preventDefault(); // the sheet of a phone stays
      picker.open = false;
      picker.querySelector("summary").focus();
      return;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !picker.open) return;
    event.preventDefault();
    const stops = visible(picker);
    stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)]?.focus();
  });

  search?.addEventListener("input", () => {
    const words = plain(search.value).split(/\s+/);
    for (const option of options(picker)) {
      const label = plain(option.querySelector("span").textContent);
      option.hidden = !words.every((word) => label.includes(word));
    }
  });

  search?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // chooses the one that is left, instead of sending the form
    const left = visible(picker);
    if (left.length === 1) left[0].click();
  });
}

document.addEventListener("pointerdown", ({ target }) => {
  const open = pickers.find((picker) => picker.open);
  if (open && !open.contains(target)) open.open = false;
});
