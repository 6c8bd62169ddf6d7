// Suggestions while a query is typed: a combobox over the API's completions.

let count = 0;

function mount(input) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${(count += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]])
    input.setAttribute(name, value);
  let chosen = -1;
  let timer = 0;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
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
    close();
    if (item.dataset.whole) input.form.requestSubmit();
    else input.focus();
  };
  const draw = (items) => {
    list.replaceChildren(
      ...items.map((one, n) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${n}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.query = one.query;
        if (one.kind === "saved" || one.kind === "value") item.dataset.whole = "1";
        const what = document.createElement("span");
        what.className = "what";
        what.textContent = one.kind;
        const label = document.createElement("span");
        label.dir = "auto";
        label.textContent = one.label;
        item.append(what, label);
        if (one.count !== null && one.count !== undefined) {
          const number = document.createElement("span");
          number.className = "num";
          number.textContent = one.count.toLocaleString("en");
          item.append(number);
        }
        item.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(item);
        });
        return item;
      }),
    );
    chosen = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
  };
  const ask = async () => {
    const mine = (asked += 1);
    const response = await fetch(`/api/v1/suggest?q=${encodeURIComponent(input.value)}`);
    if (!response.ok || mine !== asked || document.activeElement !== input) return;
    draw((await response.json()).items);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(ask, 120);
    else close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && list.children[chosen]) {
      event.preventDefault();
      take(list.children[chosen]);
    }
  });
  input.addEventListener("blur", close);
}

for (const input of document.querySelectorAll("[data-suggest]")) mount(input);
