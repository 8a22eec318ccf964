// The report page with scripts: filters apply as they change, only the results are fetched anew, rows open in place.
// The links and the form are the same ones that work without scripts; htmx fetches what they point to.

const filters = document.getElementById("filters");
const status = document.getElementById("report-status");
const controls = [...filters.elements].filter((control) => control.name);
const results = () => document.getElementById("results");
const wanted = () => tidy(new FormData(filters));
const addressOf = (parameters) => new URLSearchParams(parameters).toString();

// Only what filters belongs in the address: it is shared and bookmarked.
function tidy(parameters) {
  const custom = parameters.get("period") === "custom";
  for (const [name, value] of [...parameters.entries()]) {
    if (value.trim() === "" || ((name === "from" || name === "to") && !custom)) parameters.delete(name);
  }
  return parameters;
}

// Of a year that is typed, three digits make a year before 1000.
const isBeingTyped = (control) => control.type === "date" && control.value.startsWith("0");

filters.dataset.asked = addressOf(wanted());

// Before a request is made, and so before it replaces the one under way: is there anything new to ask?
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.elt !== filters) return;
  const parameters = wanted();
  const address = addressOf(parameters);
  if (event.detail.triggeringEvent.type === "change" && isBeingTyped(document.activeElement)) {
    event.preventDefault(); // when it is complete, or left
  } else if (parameters.get("period") === "custom" && !parameters.has("from") && !parameters.has("to")) {
    event.preventDefault();
    filters.elements.from.focus();
  } else if (address === filters.dataset.asked) {
    event.preventDefault(); // a field that lost the focus reports the same change a second time
  } else {
    filters.dataset.asked = address;
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== filters) return;
  const { parameters } = event.detail;
  const kept = wanted();
  for (const name of Object.keys(parameters)) if (!kept.has(name)) delete parameters[name];
});

// A link in the results (a chip, a name, another page) changes the filters too: show in the form what now holds.
function follow() {
  const parameters = new URLSearchParams(location.search);
  for (const control of controls) {
    if (control === document.activeElement) continue;
    const value = parameters.get(control.name) ?? "";
    if (control.type === "radio") {
      control.checked = control.value === (value || results().dataset.period);
    } else {
      control.value = value;
    }
  }
  const shown = new FormData(filters);
  const typed = document.activeElement; // what stands there may not have been asked for yet
  if (controls.includes(typed) && typed.type !== "radio") shown.set(typed.name, parameters.get(typed.name) ?? "");
  filters.dataset.asked = addressOf(tidy(shown));
}

function markErrors() {
  const wrong = new Map(
    [...results().querySelectorAll("[data-field]")].map((item) => [item.dataset.field, item.id]),
  );
  for (const list of filters.querySelectorAll(".errorlist")) list.remove();
  for (const control of controls) {
    if (wrong.has(control.name)) {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", wrong.get(control.name));
    } else {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  }
}

function say(text, failed = false) {
  status.textContent = text;
  status.classList.toggle("visually-hidden", !failed);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "results" && event.target.id !== "results") return;
  follow();
  markErrors();
  say(results().dataset.summary);
  // The link that was followed is gone: keep the keyboard where the reader was.
  if (document.activeElement === document.body) results().focus({ preventScroll: true });
});

// An answer without the expected part (a sign-in page, a proxy's page) is shown as the page that it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, serverResponse, shouldSwap } = event.detail;
  if (xhr.getResponseHeader("HX-Retarget")) {
    // Not an answer but a notice: somebody else is signed in, or another tenant is viewed, in another tab.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    follow(); // the filters are those of the rows that stay
    return;
  }
  const parts = [[".open", 'class="event-details"'], [".chart-link", 'class="chart-body"'], ["*", 'id="results"']];
  const [, expected] = parts.find(([asking]) => requestConfig.elt.matches(asking));
  if (!shouldSwap || serverResponse.includes(expected)) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    delete filters.dataset.asked;
    say("This could not be loaded. Check the connection and try again.", true);
  });
}

// Rows: the chevron fetches once, then opens and closes.
const detailsOf = (link) => link.closest("tr").nextElementSibling;

function toggle(link, open) {
  link.setAttribute("aria-expanded", String(open));
  detailsOf(link).hidden = !open;
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
  if (link?.matches(".open")) toggle(link, true);
});

// Groups: what the button says is what the style sheet shows.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".group-button");
  button?.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
});

document.addEventListener("click", (event) => {
  const row = event.target.closest(".rows .event");
  if (!row || event.target.closest("a, button") || String(getSelection())) return;
  row.querySelector(".open").click();
});

// The chart is one stop of the Tab key; the arrows go from bar to bar.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  const bar = event.target.closest(".bar");
  if (!step || !bar) return;
  event.preventDefault();
  const bars = [...bar.parentNode.querySelectorAll(".bar")];
  const next = bars[Math.min(Math.max(bars.indexOf(bar) + step, 0), bars.length - 1)];
  bar.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});
