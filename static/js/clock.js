// Counts down each <time data-due>, every half minute, in the words that the server used.

const EVERY_MS = 30_000;
const MINUTE = 60_000;
const SOON = 6 * 60;

function words(minutes) {
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const unit = (count, name) => (count ? `${count}\u00a0${name}${count === 1 ? "" : "s"}` : "");
  const shown = days ? [unit(days, "day"), unit(hours, "hour")] : [unit(hours, "hour"), unit(rest, "minute")];
  return shown.filter(Boolean).join(", ") || "0\u00a0minutes";
}

function tick() {
  for (const clock of document.querySelectorAll("time[data-due]")) {
    const left = new Date(clock.dateTime).getTime() - Date.now();
    if (Number.isNaN(left)) continue;
    const minutes = Math.floor(Math.abs(left) / MINUTE);
    const text = left < 0 ? `Overdue by ${words(minutes)}` : `${words(minutes)} left`;
    if (clock.textContent !== text) clock.textContent = text;
    const chip = clock.closest(".chip");
    chip?.classList.toggle("chip-alarm", left < SOON * MINUTE);
    chip?.classList.toggle("chip-clock", left >= SOON * MINUTE);
  }
}

if (document.querySelector("time[data-due]")) {
  tick();
  setInterval(tick, EVERY_MS);
}
document.addEventListener("htmx:afterSettle", tick);
