// "Hide now": covers the page at once, by its button or by pressing Escape twice. Without JavaScript the button logs out.

const TWICE_WITHIN_MS = 700;
let lastEscape = -Infinity;
let cover = null;
let before = null;

function hide() {
  if (cover) return;
  before = document.activeElement;
  cover = document.createElement("div");
  cover.className = "cover";
  const back = document.createElement("button");
  back.type = "button";
  back.className = "btn btn-quiet";
  back.textContent = "Show the page again";
  back.addEventListener("click", show);
  cover.append(back);
  for (const child of document.body.children) child.inert = true;
  document.body.append(cover);
  document.documentElement.classList.add("is-hidden-now");
  back.focus();
}

function show() {
  cover.remove();
  cover = null;
  for (const child of document.body.children) child.inert = false;
  document.documentElement.classList.remove("is-hidden-now");
  before?.focus();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-hide]")) return;
  event.preventDefault();
  hide();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat) return;
  // When the key was pressed, not when a busy page came round to it.
  if (event.timeStamp - lastEscape < TWICE_WITHIN_MS) hide();
  lastEscape = event.timeStamp;
});

// A page kept by the browser for "Back" could show a record after log-out: ask the server instead.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
