// Making and using passkeys. A form with [data-passkey] asks for its options, lets the browser's passkeys answer,
// and submits the answer. It is hidden until a script has found that the browser knows passkeys.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const named = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

const ask = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: named(options.allowCredentials),
      },
    }),
};

// What a browser without toJSON would be missing.
const answered = ({ id, rawId, type, response }) => {
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const found = fields.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(found) });
};

const problems = {
  NotAllowedError: "No passkey was used: it was cancelled, took too long, or this device has none for this site.",
  InvalidStateError: "This device already has a passkey for your account.",
  SecurityError: "Passkeys work only at this site’s own address. Check the address in your browser.",
  NotSupportedError: "This device can’t make the kind of passkey that this site needs.",
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.parentElement.querySelector("[data-passkey-unknown]")?.removeAttribute("hidden");
    continue;
  }
  form.hidden = false;
  const button = form.querySelector("button");
  const problem = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      const response = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) {
        location.reload(); // the session has ended
        return;
      }
      const credential = await ask[form.dataset.passkey](await response.json());
      form.elements.answer.value = answered(credential);
      form.submit();
    } catch (error) {
      problem.textContent = problems[error.name] ?? "The passkey couldn’t be used. Try again.";
      problem.hidden = false;
      button.disabled = false;
    }
  });
}
