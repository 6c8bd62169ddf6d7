// What every page has: messages, menus, the colour scheme, suggestions; and the module that the page calls for.
// Everything here also works without it, through forms.

import { typing } from "./common.js";

function menus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => close(event.target.closest?.("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  const filters = document.querySelector("details[data-filters]");
  if (filters && matchMedia("(max-width: 60rem)").matches) filters.open = false;
}

function theme() {
  const form = document.querySelector("form.theme");
  form?.addEventListener("submit", async (event) => {
    const chosen = event.submitter?.value ?? "";
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", chosen);
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (response.type !== "opaqueredirect" && !response.ok) return form.submit();
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    document.querySelector("meta[name=color-scheme]").content = chosen || "light dark";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
  });
}

document.documentElement.classList.add("scripted");
menus();
theme();
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || typing(event.target)) return;
  const box = document.querySelector("#q, #quick-q");
  if (box) {
    event.preventDefault();
    box.focus();
    box.select?.();
  }
});
const wanted = {
  "[data-suggest]": "./suggest.js",
  "#hits, [data-drop]": "./grid.js",
  "#desk": "./review.js",
  "[data-group]": "./group.js",
  "[data-zoom]": "./zoom.js",
  "[data-article]": "./article.js",
  "[data-import]": "./import.js",
};
const needed = Object.entries(wanted).filter(([selector]) => document.querySelector(selector));
Promise.all(needed.map(([, module]) => import(module))).then(() => document.documentElement.classList.add("ready"));
