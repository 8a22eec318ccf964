// What every page gains from a script. Each page works without it.

const root = document.documentElement;

// Theme: "system" forgets the choice.
for (const radio of document.querySelectorAll("[name=theme]")) {
  radio.checked = radio.value === (root.dataset.theme ?? "system");
  radio.addEventListener("change", () => {
    if (radio.value === "system") delete root.dataset.theme;
    else root.dataset.theme = radio.value;
    try {
      if (radio.value === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", radio.value);
    } catch {
      // Storage is refused: the choice lasts as long as the page.
    }
  });
}

// An iPad calls itself a Mac; only its touch points tell them apart.
for (const field of document.querySelectorAll("[name=touch_points]")) {
  field.value = navigator.maxTouchPoints;
}

// A typed password can be looked at.
for (const input of document.querySelectorAll("input[type=password]")) {
  const wrapper = document.createElement("div");
  wrapper.className = "reveal";
  const button = document.createElement("button");
  button.type = "button";
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? "Hide" : "Show";
    button.setAttribute("aria-label", visible ? "Hide password" : "Show password");
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  // The browser's own memory of passwords wants a password field.
  input.form?.addEventListener("submit", () => show(false));
  const focused = document.activeElement === input;
  input.replaceWith(wrapper);
  wrapper.append(input, button);
  if (focused) input.focus();
}

for (const button of document.querySelectorAll("[data-prints]")) button.addEventListener("click", () => print());

// What is shown once can be copied without marking it.
for (const button of document.querySelectorAll("[data-copies]")) {
  const copied = document.getElementById(button.dataset.copies);
  button.addEventListener("click", async () => {
    const notice = document.getElementById(`${copied.id}-copied`);
    try {
      await navigator.clipboard.writeText(copied.textContent);
      notice.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(copied);
      notice.textContent = "Copy it with your keyboard: it is selected.";
    }
  });
}

// A link to what can be copied: its content, or its address. Where it can't be copied, the link leads there.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const notice = link.parentElement.querySelector("[role=status]");
  const fetched = async () => {
    const answer = await fetch(link.href, { headers: { Accept: "text/plain, application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new Blob([await answer.text()], { type: "text/plain" });
  };
  try {
    if (link.dataset.copy === "address") await navigator.clipboard.writeText(link.href);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": fetched() })]); // begun by the click itself
    notice.textContent = "Copied.";
  } catch {
    location.assign(link.href);
  }
});

// Many boxes are ticked at once: all of them, or those of a group. "All" of a group that is ticked unticks it.
for (const button of document.querySelectorAll("[data-ticks]")) {
  const boxes = () => [...button.closest(".check-group, .checks").querySelectorAll("input:not(:disabled)")];
  button.addEventListener("click", () => {
    const ticked = Boolean(button.dataset.ticks) && !(button.closest(".check-group") && boxes().every((box) => box.checked));
    for (const box of boxes()) box.checked = ticked;
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What is shown once: loading it again would send the form again, so that leads to the page that follows.
for (const part of document.querySelectorAll("[data-shown-once]")) {
  history.replaceState(null, "", part.dataset.shownOnce);
}
