// Small comforts for pages that are whole without them.
"use strict";

// A second click on a button does nothing: the server would answer the same, this spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});

// The back button shows a page as it was left: its forms may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
  }
});

// A menu that is wider than the screen begins where one is.
for (const here of document.querySelectorAll(".menu [aria-current]")) {
  const row = here.closest("ul");
  const [inside, outside] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += inside.left + inside.width / 2 - (outside.left + outside.width / 2);
}

// Buttons that copy what stands in another element, shown only where copying works.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

// A countdown in seconds to when a button may be used, as after a code was sent.
for (const button of document.querySelectorAll("[data-wait-seconds]")) {
  let left = Number(button.dataset.waitSeconds);
  const words = button.textContent;
  const tick = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${words} (${left})` : words;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

// A part of the page that renews itself, such as a run's progress: fetched and put in place.
for (const part of document.querySelectorAll("[data-renew-seconds]")) {
  const renew = async () => {
    const answer = await fetch(location.href, { headers: { "X-Renew": "1" } }).catch(() => null);
    if (answer && answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!fresh || !fresh.dataset.renewSeconds) location.reload();
      else part.replaceChildren(...fresh.childNodes);
    }
    setTimeout(renew, 1000 * Number(part.dataset.renewSeconds));
  };
  setTimeout(renew, 1000 * Number(part.dataset.renewSeconds));
}
