// The report page with scripts: filters apply as they change, only the results are fetched anew, rows open in place.
// The links and the form are the same ones that work without scripts; htmx fetches what they point to.

const filters = document.getElementById("filters");
const status = document.getElementById("report-status");
const pickers = [...filters.querySelectorAll(".picker")];
const controls = [...filters.elements].filter((control) => control.name && !control.closest(".picker"));
const dates = controls.filter((control) => control.type === "date");
const results = () => document.getElementById("results");
const wanted = () => tidy(new FormData(filters));
const addressOf = (parameters) => new URLSearchParams(parameters).toString().replace(/%2C/g, ",").replace(/%3A/g, ":");

// A date that is not there yet, or only half: until it is, that of the events shown holds.
const isMissing = (control) => control.validity.badInput || (control.name === "from" && control.value === "");
const shownDate = (control) => results().dataset[control.name];

// Only what filters belongs in the address: it is shared and bookmarked.
function tidy(parameters) {
  const custom = parameters.get("period") === "custom";
  for (const control of dates) if (isMissing(control)) parameters.set(control.name, shownDate(control));
  for (const name of ["from", "to"]) {
    const at = parameters.get(`${name}_time`);
    if (at && parameters.get(name)) parameters.set(name, `${parameters.get(name)}T${at}`);
    parameters.delete(`${name}_time`);
  }
  for (const picker of pickers) {
    const values = parameters.getAll(picker.dataset.filter);
    parameters.set(picker.dataset.filter, written(values));
  }
  for (const [name, value] of [...parameters.entries()]) {
    if (value.trim() === "" || ((name === "from" || name === "to") && !custom)) parameters.delete(name);
  }
  return parameters;
}

// The values of a picker as the address has them: in order; a minus before them if they are left out.
function written(values) {
  const keys = values.filter((value) => value !== "-").sort();
  return keys.length > 0 && values.includes("-") ? `-${keys}` : String(keys);
}

// Of a year that is typed, three digits make a year before 1000.
const isBeingTyped = (control) => control.type === "date" && control.value.startsWith("0");

for (const picker of pickers) picker.addEventListener("change", () => describe(picker));

// A term is asked for when it is complete: with Enter, or when the box is left. So is a word that may become one.
function isTypingTerm() {
  const { value, dataset } = filters.elements.q;
  const last = value.match(/\S*$/)[0].replace(/^-/, "").toLowerCase();
  return /(^|\s)-?\p{L}[\p{L}_-]+:/u.test(value) || (last && dataset.words.split(" ").includes(last));
}

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
  } else if (event.detail.triggeringEvent.type === "input" && isTypingTerm()) {
    event.preventDefault();
  } else if (address === filters.dataset.asked) {
    event.preventDefault(); // a field that lost the focus reports the same change a second time
  } else {
    filters.dataset.asked = address;
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== filters) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) delete parameters[name];
  event.detail.path = `${filters.getAttribute("action")}?${addressOf(wanted())}`; // with commas as they are
});

// What the results hold: period and chips.
function held() {
  const { period, from, to, from_time, to_time } = results().dataset;
  const chips = [...results().querySelectorAll(".chips [data-name]")];
  return new Map([["period", period], ["from", from], ["to", to], ["from_time", from_time], ["to_time", to_time], ...chips.map((chip) => [chip.dataset.name, chip.dataset.key])]);
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
  for (const picker of pickers) {
    const value = now.get(picker.dataset.filter) ?? "";
    if (!picker.contains(typed)) choose(picker, value);
    for (const each of [...(value.startsWith("-") ? ["-"] : []), ...value.replace("-", "").split(",")]) {
      if (each) shown.append(picker.dataset.filter, each);
    }
    describe(picker);
  }
  filters.dataset.asked = addressOf(tidy(shown));
}

const boxes = (picker) => [...picker.querySelectorAll("input[name]")];
const chosen = (picker) => boxes(picker).filter((box) => box.checked).map((box) => box.value);
const labelOf = (box) => box.nextElementSibling.textContent;

function choose(picker, value) {
  const keys = value.replace(/^-/, "").split(",").filter(Boolean);
  for (const box of boxes(picker)) box.checked = box.value === "-" ? value.startsWith("-") : keys.includes(box.value);
  const known = boxes(picker).map((box) => box.value);
  const chip = results().querySelector(`.chips [data-name="${picker.dataset.filter}"]`);
  for (const key of keys.filter((each) => !known.includes(each))) {
    const option = boxes(picker).at(-1).parentElement.cloneNode(true);
    Object.assign(option.querySelector("input"), { value: key, checked: true });
    option.querySelector("span").textContent = keys.length === 1 ? chip.dataset.value.replace(/^not /, "") : key;
    picker.querySelector(".picker-options").append(option);
  }
}

// What a closed picker says.
function describe(picker) {
  const labels = boxes(picker).filter((box) => box.checked && box.value !== "-").map(labelOf);
  const excluded = chosen(picker).includes("-");
  const [last] = labels.slice(-1);
  const any = labels.length > 1 ? `${labels.slice(0, -1).join(", ")} or ${last}` : last;
  picker.querySelector(".picker-value").textContent = labels.length ? (excluded ? `not ${labels.join(", ")}` : any) : "";
}

// Terms that were understood are filters now, and leave the box, unless somebody types on.
function takeTerms(path) {
  const asked = (new URLSearchParams(path?.finalRequestPath.split("?")[1]).get("q") ?? "").trim();
  const left = held().get("q") ?? "";
  const box = filters.elements.q;
  if (asked && box.value.trim() === asked && left !== asked) box.value = left && `${left} `;
}

function markErrors() {
  const wrong = new Map(
    [...results().querySelectorAll("[data-field]")].map((item) => [item.dataset.field, item.id]),
  );
  for (const list of filters.querySelectorAll(".errorlist")) list.remove();
  for (const picker of pickers) picker.classList.toggle("picker-wrong", wrong.has(picker.dataset.filter));
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
  takeTerms(event.detail.pathInfo);
  follow();
  markErrors();
  say(results().dataset.summary);
  // The link that was followed is gone: keep the keyboard where the reader was.
  if (document.activeElement === document.body) results().focus({ preventScroll: true });
});

// The numbers of rows that are gone by now come too late: there is nothing left that they belong to.
document.addEventListener("htmx:beforeSend", ({ detail: { elt } }) => {
  if (!elt.matches(".chart-more, .chart-link")) return;
  elt.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!elt.isConnected) event.preventDefault();
  });
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
  const parts = [
    [".open", 'class="event-details"'],
    [".chart-link, .chart-more", 'class="chart-body"'],
    [".views-button", 'class="views-list"'],
    ["*", 'id="results"'],
  ];
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
    const again = elt.matches(".open, .views-button")
      ? () => elt.click()
      : () => htmx.ajax("GET", pathInfo.finalRequestPath, { source: results() });
    if (!elt.matches(".open, .views-button")) {
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
