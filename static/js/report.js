// The report page with scripts: filters apply as they change, only the results are fetched anew, rows open in place.
// The links and the form are the same ones that work without scripts; htmx fetches what they point to.

const filters = document.getElementById("filters");
const status = document.getElementById("report-status");
const controls = [...filters.elements].filter((control) => control.name);
const dates = controls.filter((control) => control.type === "date");
const results = () => document.getElementById("results");
const wanted = () => tidy(new FormData(filters));
const addressOf = (parameters) => new URLSearchParams(parameters).toString();

// A date that is not there yet, or only half: until it is, that of the events shown holds.
const isMissing = (control) => control.validity.badInput || (control.name === "from" && control.value === "");
const shownDate = (control) => results().dataset[control.name];

// Only what filters belongs in the address: it is shared and bookmarked.
function tidy(parameters) {
  const custom = parameters.get("period") === "custom";
  for (const control of dates) if (isMissing(control)) parameters.set(control.name, shownDate(control));
  for (const [name, value] of [...parameters.entries()]) {
    if (value.trim() === "" || ((name === "from" || name === "to") && !custom)) parameters.delete(name);
  }
  return parameters;
}

// Of a year that is typed, three digits make a year before 1000.
const isBeingTyped = (control) => control.type === "date" && control.value.startsWith("0");

filters.noValidate = true; // a half-typed date would keep all other filters from being asked for
filters.dataset.asked = addressOf(wanted());

filters.addEventListener("change", ({ target }) => {
  if (target.name !== "period" || target.value !== "custom") return;
  for (const control of dates) control.value ||= shownDate(control);
  filters.elements.from.focus();
}, true);

for (const control of dates) {
  control.addEventListener("blur", () => {
    if (isMissing(control)) control.value = shownDate(control);
  });
}

// Before a request is made, and so before it replaces the one under way: is there anything new to ask?
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.elt !== filters) return;
  const address = addressOf(wanted());
  if (event.detail.triggeringEvent.type === "change" && isBeingTyped(document.activeElement)) {
    event.preventDefault(); // when it is complete, or left
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
  for (const [name, value] of kept.entries()) parameters[name] = value;
});

// What the results hold: period and chips.
function held() {
  const { period, from, to } = results().dataset;
  const chips = [...results().querySelectorAll(".chips [data-name]")];
  return new Map([["period", period], ["from", from], ["to", to], ...chips.map((chip) => [chip.dataset.name, chip.dataset.key])]);
}

// A select shows what holds even where that is none of its choices: a person who is gone, a value that is refused.
function offer(select, value) {
  if (select.tagName !== "SELECT" || [...select.options].some((option) => option.value === value)) return;
  const chip = results().querySelector(`.chips [data-name="${select.name}"]`);
  select.add(new Option(chip.dataset.value, value));
}

// A link in the results (a chip, a name, another page) changes the filters too: show in the form what now holds.
// What somebody is typing stays, as it may not have been asked for yet.
function follow(typed = document.activeElement) {
  const now = held();
  const shown = new FormData();
  for (const control of controls) {
    const value = now.get(control.name) ?? "";
    if (control.type === "radio") control.checked = control.value === value;
    else if (control !== typed) {
      offer(control, value);
      control.value = value;
    }
    shown.set(control.name, value);
  }
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

function say(text, retry) {
  status.textContent = text;
  status.classList.toggle("visually-hidden", !retry);
  if (!retry) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Try again";
  button.addEventListener("click", retry);
  status.append(button);
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
    follow(null); // the filters are those of the rows that stay
    return;
  }
  const parts = [[".open", 'class="event-details"'], [".chart-link, .chart-more", 'class="chart-body"'], ["*", 'id="results"']];
  const [, expected] = parts.find(([asking]) => requestConfig.elt.matches(asking));
  if (!shouldSwap || serverResponse.includes(expected)) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
});

// After a failure the form shows again what the results hold, so that nothing on the page contradicts it. Unless it was
// changed meanwhile: then the next request is on its way.
function reason(type, { status: code }) {
  if (type === "htmx:timeout") return "The server took too long to answer.";
  if (type === "htmx:sendError") return navigator.onLine ? "The server can’t be reached." : "You are offline.";
  if (code === 503) return "The server is busy.";
  return code >= 500 ? "Something went wrong on our side." : `The server refused the request (${code}).`;
}

for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail: { elt, xhr, pathInfo } }) => {
    if (elt.matches(".chart-more")) return; // it has the size of a download: the page is whole without it
    if (elt.matches(".chart-link")) {
      elt.querySelector(".chart-waiting").textContent = "The chart could not be loaded. Try again";
      elt.classList.add("chart-failed");
      return;
    }
    const again = elt.matches(".open")
      ? () => elt.click()
      : () => htmx.ajax("GET", pathInfo.finalRequestPath, { source: results() });
    if (!elt.matches(".open")) {
      if (addressOf(wanted()) !== filters.dataset.asked) return;
      follow(null);
    }
    say(`This could not be loaded. ${reason(type, xhr)} The page hasn’t changed.`, again);
  });
}

// Going back loads the page anew; what is under way must not overtake it. A page that comes back from the browser's
// memory may have been left in the middle of a request.
addEventListener("popstate", () => htmx.trigger(filters, "htmx:abort"));
addEventListener("pageshow", (event) => {
  if (event.persisted) follow(null);
});
