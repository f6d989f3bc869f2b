// Turns a picker (components/picker.html) into a combobox with a listbox (ARIA 1.2). htmx fetches the rows as the name
// is typed; the radio buttons they bring stay in the form, out of sight, so that it sends the same as without this.

function enhance(picker) {
  const input = picker.querySelector("input[name='find']");
  const results = picker.querySelector("[data-picker-results]");
  const status = picker.querySelector("[data-picker-status]");
  const listId = `${input.id}-list`;
  let options = [];
  let active = -1;
  let chosenName = null;

  picker.classList.add("is-combobox");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  function list() {
    return results.querySelector(".picker-results");
  }

  function open(yes) {
    const shown = Boolean(yes && options.length);
    input.setAttribute("aria-expanded", String(shown));
    if (list()) list().hidden = !shown;
    if (!shown) activate(-1);
  }

  function activate(index) {
    active = index;
    options.forEach((option, at) => option.classList.toggle("is-active", at === index));
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", options[index].id);
    options[index].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    const radio = option.querySelector("input");
    radio.checked = true;
    chosenName = option.querySelector("[data-name]").textContent.trim();
    input.value = chosenName;
    options.forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    open(false);
    input.focus();
    status.textContent = `${chosenName} chosen`;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    picker.dispatchEvent(new CustomEvent("person-chosen", { bubbles: true, detail: { id: radio.value } }));
  }

  function takeRows() {
    const rows = list();
    options = [];
    input.removeAttribute("aria-controls");
    if (!rows) {
      open(false);
      if (input.value.trim()) status.textContent = "No one found";
      return;
    }
    rows.id = listId;
    rows.setAttribute("role", "listbox");
    rows.setAttribute("aria-label", "People found");
    input.setAttribute("aria-controls", listId);
    options = [...rows.children].map((row, at) => {
      const radio = row.querySelector("input");
      const words = document.createElement("span");
      words.append(...row.querySelector("label").childNodes);
      radio.hidden = true;
      row.replaceChildren(radio, words);
      row.id = `${listId}-${at}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(radio.checked));
      return row;
    });
    const anyChecked = options.some((row) => row.querySelector("input").checked);
    open(document.activeElement === input && !anyChecked);
    status.textContent = `${options.length} found. Use the arrow keys to choose.`;
  }

  input.addEventListener("input", () => {
    if (chosenName === null || input.value === chosenName) return;
    // Another name is being typed: the earlier choice no longer stands.
    chosenName = null;
    for (const radio of results.querySelectorAll("input:checked")) radio.checked = false;
  });

  input.addEventListener("keydown", (event) => {
    const expanded = input.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      event.preventDefault();
      if (!expanded) open(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      activate((from + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      // Never sends the form from here: Enter in a list means "this one".
      event.preventDefault();
      if (expanded && active >= 0) choose(options[active]);
    } else if (event.key === "Escape" && expanded) {
      open(false);
    } else if (event.key === "Tab") {
      open(false);
    }
  });

  results.addEventListener("pointerdown", (event) => event.preventDefault());
  results.addEventListener("click", (event) => {
    const option = event.target.closest("[role='option']");
    if (option) choose(option);
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("focus", () => options.length && !results.querySelector("input:checked") && open(true));
  results.addEventListener("htmx:afterSwap", takeRows);
  takeRows();
}

function enhanceAll(root) {
  for (const picker of root.querySelectorAll("[data-picker]:not(.is-combobox)")) enhance(picker);
}

enhanceAll(document);
document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
