// form[data-autosave="URL"]: posts itself a few seconds after the last change and says so in its [data-saved].
// The server answers 2xx, with {"saved": "09:52"} or with nothing; the draft lives there, never in this browser.
// A form with data-autosave or data-unsaved also warns before what is not saved would be lost.

const PAUSE_MS = 3_000;
const AGAIN_MS = 15_000;
const dirty = new Set();

function clockNow() {
  return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function say(form, text, failed) {
  const place = form.querySelector("[data-saved]");
  if (!place) return;
  place.textContent = text;
  place.classList.toggle("is-failed", failed);
}

// The report was sent meanwhile, from another tab or by a first press: where its receipt is.
function sayWhere(form, text, address, words) {
  say(form, text, true);
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  form.querySelector("[data-saved]")?.append(" ", link);
}

function isRefused(answer) {
  return answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
}

// Logging in again makes a new CSRF token. It stands in this very page, asked for once more; false: still logged out.
async function renewToken() {
  const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!token || page.querySelector("input[name=username]")) return false;
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": token }));
  return true;
}

function post(form, url) {
  const body = new FormData(form);
  // A draft is words: chosen files go with the form itself.
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return fetch(url, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
    headers: { Accept: "application/json", "X-Requested-With": "autosave" },
  });
}

function watch(form) {
  const url = form.dataset.autosave;
  let timer = 0;
  let loggedOut = false;
  let renewing = false;
  let changes = 0;
  let sending = false;

  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };

  async function save() {
    if (sending || form.dataset.sent) return;
    sending = true;
    const upTo = changes;
    try {
      let answer = await post(form, url);
      if (isRefused(answer) && (await renewToken())) answer = await post(form, url);
      loggedOut = isRefused(answer);
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        if (upTo === changes) dirty.delete(form);
        say(form, `Draft saved ${told.saved ?? clockNow()}`, false);
      } else if (loggedOut) {
        say(form, "Not saved: you are logged out. Log in again in another tab.", true);
        later(AGAIN_MS);
      } else if (answer.status === 409 && told.receipt) {
        sayWhere(form, "Not saved: this report was already sent.", told.receipt, "See its receipt");
      } else if (answer.status === 409) {
        say(form, "Not saved: somebody else has changed this. Save to see both.", true);
      } else {
        say(form, "Not saved yet: the service did not accept it.", true);
        later(AGAIN_MS);
      }
    } catch {
      say(form, "Not saved: no connection", true);
      later(AGAIN_MS);
    } finally {
      sending = false;
      if (upTo !== changes) later(PAUSE_MS);
    }
  }

  const changed = (event) => {
    // The search box of a picker asks for suggestions; it becomes a change when a person is chosen.
    if (event.target.closest("[data-no-save]")) return;
    changes += 1;
    dirty.add(form);
    if (url) later(PAUSE_MS);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // What would be refused is not sent: the page that says so would take the place of what was typed.
  async function sendRenewed(button) {
    renewing = true;
    clearTimeout(timer);
    try {
      loggedOut = !(await renewToken());
      if (loggedOut) say(form, "Not sent: you are logged out. Log in again in another tab.", true);
    } catch {
      say(form, "Not sent: no connection", true);
    } finally {
      renewing = false;
    }
    if (loggedOut) later(AGAIN_MS);
    else form.requestSubmit(button);
  }

  form.addEventListener("submit", (event) => {
    if (loggedOut || renewing) {
      event.preventDefault();
      if (!renewing) sendRenewed(event.submitter);
      return;
    }
    clearTimeout(timer);
    dirty.delete(form);
  });
  if (url) window.addEventListener("online", () => dirty.has(form) && later(0));
}

for (const form of document.querySelectorAll("form[data-autosave], form[data-unsaved]")) watch(form);

window.addEventListener("beforeunload", (event) => {
  if (dirty.size) event.preventDefault();
});
