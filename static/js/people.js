// The filter of people lists those whose events the period has. Others are found by name, for the box too: they are fetched
// when somebody types what may be one.

const form = document.getElementById("filters");
const picker = form.querySelector(".picker-people");
const list = picker.querySelector(".picker-group") ?? picker.querySelector(".picker-options");
const search = picker.querySelector(".picker-search");
const counts = () => document.getElementById("filter-counts").dataset;
const options = () => [...list.querySelectorAll(":scope > .picker-option")];
const labelOf = (option) => option.querySelector("span").textContent;
const asked = new Set();
const WAIT = 200;
let waiting;

function add(people) {
  const known = new Set([...picker.querySelectorAll("input[name]")].map((box) => box.value));
  for (const [key, label] of people.filter(([each]) => !known.has(each))) {
    const option = document.createElement("label");
    option.className = "picker-option";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: picker.dataset.filter, value: key });
    const text = document.createElement("span");
    text.textContent = label;
    option.append(box, text);
    const next = options().find((each) => each.querySelector("input").value.length > 30 && labelOf(each).localeCompare(label) > 0);
    if (next) next.before(option);
    else list.append(option);
  }
}

async function find(text) {
  if (text === "" || asked.has(text)) return;
  asked.add(text);
  const address = `${form.getAttribute("action")}people/?${new URLSearchParams({ q: text })}`;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    add((await answer.json()).people);
  } catch {
    asked.delete(text); // offline: those who are listed remain
    return;
  }
  search.dispatchEvent(new Event("input"));
  document.dispatchEvent(new Event("people:found"));
}

function soon(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => find(text.trim().toLowerCase()), WAIT);
}

search.addEventListener("input", () => soon(search.value));

// The end of what is typed into the box, where it is a term of people: by:pri
const terms = JSON.parse(form.elements.q.dataset.terms);
form.elements.q.addEventListener("input", ({ target }) => {
  const [, key, value] = target.value.match(/(?:^|[\s-])(\p{L}+):((?:[^\s"]|"[^"]*(?:"|$))*)$/u) ?? [];
  if (key && terms[key.toLowerCase()] === picker.dataset.filter) soon(value.split(",").pop().replaceAll('"', ""));
});

// Whose events a period has that was chosen later: they come with its chart.
picker.addEventListener("toggle", () => {
  if (picker.open && counts().people) add(JSON.parse(counts().people));
});
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target.id === "filter-counts" && picker.open) add(JSON.parse(counts().people || "[]"));
});
