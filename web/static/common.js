// What several modules need: a message at the foot of the page, who owns a key, and calls of the API.

const bar = document.getElementById("say");
let fading = 0;

/** Say something at the foot of the page, for eyes and screen readers. */
export function say(text, bad = false) {
  bar.textContent = text;
  bar.classList.toggle("bad", bad);
  bar.classList.add("on");
  clearTimeout(fading);
  fading = setTimeout(() => bar.classList.remove("on"), bad ? 8000 : 2500);
}

/** Tell whether keys typed at this element belong to it and not to the page. */
export function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]") !== null;
}

/** Tell whether a form was sent before, and remember that it is now: a key that bounces or is held sends nothing twice. */
export function sentBefore(form) {
  if (form.dataset.sent) return true;
  form.dataset.sent = "1";
  addEventListener("pagehide", () => delete form.dataset.sent, { once: true });
  return false;
}

/** Send JSON to the API and return its answer; throws an Error with the server's own sentence. */
export async function send(method, url, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(url, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(answer.error?.message ?? `The server answered ${response.status}.`);
    error.status = response.status;
    throw error;
  }
  return answer;
}
