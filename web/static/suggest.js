// Suggestions while a query is typed: htmx fetches them into the list below the box; here are the box's keys.

function mount(input) {
  const list = input.parentElement.querySelector(".suggestions");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]])
    input.setAttribute(name, value);
  let chosen = -1;
  /** What is fetched when the query is sent shall not open the list over its result. */
  let sent = false;

  const open = (on) => {
    list.hidden = !on;
    chosen = -1;
    input.setAttribute("aria-expanded", String(on));
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (n) => {
    const items = [...list.children];
    chosen = (n + items.length + 1) % (items.length + 1);
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    if (items[chosen]) {
      input.setAttribute("aria-activedescendant", items[chosen].id);
      items[chosen].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const take = (item) => {
    input.value = item.dataset.query;
    open(false);
    if ("whole" in item.dataset) input.form.requestSubmit();
    else input.focus();
  };

  // Who has begun to choose keeps the list that they see, whatever comes late.
  list.addEventListener("htmx:beforeSwap", (event) => {
    if (chosen >= 0 && !list.hidden) event.detail.shouldSwap = false;
  });
  list.addEventListener("htmx:afterSwap", () => {
    [...list.children].forEach((item, n) => (item.id = `${list.id}-${n}`));
    open(list.children.length > 0 && !sent && document.activeElement === input);
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[data-query]");
    if (item) take(item);
  });
  input.addEventListener("input", () => {
    sent = false;
    chosen = -1;
    if (!input.value.trim()) open(false);
  });
  input.form.addEventListener("submit", () => {
    sent = true;
    open(false);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) htmx.trigger(input, "suggest");
      else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === "Enter" && !list.hidden && list.children[chosen]) {
      event.preventDefault();
      take(list.children[chosen]);
    }
  });
  input.addEventListener("blur", () => open(false));
}

for (const input of document.querySelectorAll("[data-suggest]")) mount(input);
