// Covers a page that nobody has used for as long as a log-in lasts, so that no record stays on a screen (threat T22).
// The server ends the session by itself; here only what is shown is covered, in all tabs that nobody uses.

const seconds = Number(document.querySelector("meta[name=idle-seconds]")?.content || 0);
const EVERY_MS = 5_000;
const others = "BroadcastChannel" in window ? new BroadcastChannel("somebody-is-here") : null;
let last = Date.now();
let told = 0;

function somebodyIsHere() {
  last = Date.now();
  if (last - told < EVERY_MS) return;
  told = last;
  others?.postMessage("");
}

function cover() {
  const sheet = document.createElement("div");
  sheet.className = "cover";
  const words = document.createElement("p");
  words.textContent = "Nobody has used this page for a while.";
  const on = document.createElement("button");
  on.type = "button";
  on.className = "btn btn-quiet";
  on.textContent = "Go on";
  // The server decides whether the log-in still holds.
  on.addEventListener("click", () => window.location.reload());
  sheet.append(words, on);
  for (const child of document.body.children) child.inert = true;
  document.body.append(sheet);
  document.documentElement.classList.add("is-hidden-now");
  on.focus();
}

if (seconds) {
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(kind, somebodyIsHere, { capture: true, passive: true });
  }
  others?.addEventListener("message", () => { last = Date.now(); });
  const timer = setInterval(() => {
    if (Date.now() - last < seconds * 1000) return;
    clearInterval(timer);
    cover();
  }, EVERY_MS);
}
