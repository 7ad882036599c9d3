// Search as you type: the list is fetched and put in place. Without this the form is sent as ever.
"use strict";

(() => {
  const TYPING_PAUSE_MS = 150;
  const form = document.querySelector(".search");
  const shown = document.getElementById("window");
  const told = document.getElementById("found");
  if (!form || !shown || !told) return;

  let pause = 0;
  let asking = new AbortController();

  const address = () => {
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) wanted.set(name, value.trim());
    }
    return wanted.size ? `/?${wanted}` : "/";
  };

  const find = async () => {
    const wanted = address();
    asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(wanted, { signal: asking.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("window");
      if (!fresh) return;
      shown.replaceChildren(...fresh.childNodes);
      // Read out by screen readers; the focus stays where it is typed.
      told.textContent = fresh.dataset.found;
      document.title = page.title;
      history.replaceState(null, "", wanted);
    } catch (fault) {
      // A later letter took over, or the network is away: the button still searches.
    }
  };

  const findSoon = (event) => {
    if (event.isComposing) return;
    clearTimeout(pause);
    pause = setTimeout(find, TYPING_PAUSE_MS);
  };
  form.addEventListener("input", findSoon);
  form.addEventListener("compositionend", findSoon);
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    asking.abort();
  });
})();
