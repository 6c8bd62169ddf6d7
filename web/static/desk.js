// What every page has: messages, menus, the colour scheme, suggestions; and the module that the page calls for.
// Everything here also works without it, through forms.

import { say, typing } from "./common.js";

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
}

/** On a narrow page the filters would push the pictures out of sight. */
function filters() {
  const all = document.querySelector("details[data-filters]");
  if (all && matchMedia("(max-width: 60rem)").matches) all.open = false;
}

/** What htmx fetched is shown in place when it is the part that was asked for; any other page (a log-in, a refusal) as a page, and of
    what was refused to a change its sentence. */
function inPlace() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, serverResponse, requestConfig } = event.detail;
    const part = requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select") ?? "unset";
    const there = part === "unset" ? xhr.status < 400 : serverResponse.includes(`id="${part.slice(1)}"`);
    if (there) return;
    event.detail.shouldSwap = false;
    if (part !== "unset" && requestConfig.verb === "get") return location.assign(xhr.responseURL || requestConfig.path);
    if (requestConfig.elt.matches("[data-suggest]")) return;
    const page = new DOMParser().parseFromString(serverResponse, "text/html");
    say(page.querySelector(".lead")?.textContent ?? `The server answered ${xhr.status}.`, true);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!event.detail.elt.matches("[data-suggest]")) say("The server does not answer. Try again.", true);
  });
  document.addEventListener("htmx:afterSettle", () => {
    filters();
    // The link that was followed is gone with the part that it was in.
    if (document.activeElement === document.body) document.querySelector("#searching [data-count]")?.focus({ preventScroll: true });
  });
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
filters();
inPlace();
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
document.addEventListener("keydown", (event) => {
  const last = document.querySelector("[data-undo-last]");
  if (event.key === "u" && last && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) last.click();
});
const wanted = {
  "[data-suggest]": "./suggest.js",
  "#searching, [data-drop]": "./grid.js",
  "#desk": "./review.js",
  "[data-group]": "./group.js",
  "[data-zoom]": "./zoom.js",
  "[data-article]": "./article.js",
  "[data-import]": "./import.js",
};
const needed = Object.entries(wanted).filter(([selector]) => document.querySelector(selector));
Promise.all(needed.map(([, module]) => import(module))).then(() => document.documentElement.classList.add("ready"));
