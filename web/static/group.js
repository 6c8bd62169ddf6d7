// A group of copies: keys move between the copies and say of each what it is; the form decides all of them at once.

import { sentBefore, typing } from "./common.js";

const page = document.querySelector("[data-group]");
const form = page.querySelector("[data-group-form]");
const copies = [...page.querySelectorAll("[data-copy]")];
const keys = document.getElementById("keys");
const steps = { j: 1, ArrowRight: 1, k: -1, ArrowLeft: -1 };

const here = () => copies.indexOf(document.activeElement.closest("[data-copy]"));

function go(step) {
  const to = copies[Math.min(Math.max(here() + step, 0), copies.length - 1)];
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

function help() {
  if (keys.open) keys.close();
  else keys.showModal();
}

function press(event) {
  const { key } = event;
  const copy = copies[Math.max(here(), 0)];
  if (key in steps) {
    go(steps[key]);
    return true;
  }
  if (key === "Enter") {
    if (event.repeat || event.target.closest("a, button, summary")) return false;
    form.requestSubmit();
    return true;
  }
  if (key === "u" && !event.repeat) page.querySelector("form[data-undo]").requestSubmit();
  else if (key === "s") page.querySelector("[data-leave]").click();
  else if (key === "n") form.elements.note.focus();
  else if (key === "b") copy.querySelector("[name=best]").click();
  else if (/^[0-3]$/.test(key)) copy.querySelector(`[data-key="${key}"]`).click();
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?" && (keys.open || !typing(event.target))) {
    event.preventDefault();
    help();
  } else if (event.key === "Escape" && typing(event.target) && page.contains(event.target)) copies[0].focus();
  else if (!typing(event.target) && !keys.open && !document.querySelector("details[data-menu][open]") && press(event)) event.preventDefault();
});

form.addEventListener("submit", (event) => {
  if (sentBefore(form)) event.preventDefault();
});

const button = page.querySelector("[data-help]");
button.hidden = false;
button.addEventListener("click", help);
copies[0].focus({ preventScroll: true });
