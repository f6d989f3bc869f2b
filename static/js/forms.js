// Small services to every form: sent once, errors first, characters left.

// A second press of the button while the first is under way does nothing. data-again lets a form be sent repeatedly.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-again], [data-hide]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
}
window.addEventListener("pageshow", allowAgain);

document.querySelector("[data-error-summary]")?.focus();

// [data-without-js]: buttons for what happens by itself where this runs.
for (const each of document.querySelectorAll("[data-without-js]")) each.remove();

// Said in words below a long text, and to screen readers only when the limit is near and typing has paused.
function countFor(counter) {
  const box = document.getElementById(counter.dataset.counterFor);
  if (!box) return;
  const limit = Number(counter.dataset.limit);
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  counter.after(spoken);
  const resting = counter.textContent;
  let timer = 0;
  const update = () => {
    const left = limit - box.value.length;
    const near = left < limit / 10;
    const amount = Math.abs(left).toLocaleString("en-GB");
    counter.textContent = left < 0 ? `${amount} characters too many` : near ? `${amount} characters left` : resting;
    counter.classList.toggle("is-over", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = near ? counter.textContent : ""; }, 1000);
  };
  box.addEventListener("input", update);
  update();
}
for (const counter of document.querySelectorAll("[data-counter-for]")) countFor(counter);

// Only one drawer of the header is open at a time, and a click beside it or Escape shuts it.
const drawers = document.querySelectorAll("details.menu, details.who");
function shutDrawers(except) {
  for (const drawer of drawers) if (drawer !== except) drawer.open = false;
}
document.addEventListener("click", (event) => shutDrawers(event.target.closest("details.menu, details.who")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drawer of drawers) {
    if (!drawer.open) continue;
    const inside = drawer.contains(document.activeElement);
    drawer.open = false;
    if (inside) drawer.querySelector("summary").focus();
  }
});
