// Marks the rules of a password while it is typed; the server decides.
"use strict";

const tests = {
  too_short: (text) => [...text].length >= 8,
  too_long: (text) => [...text].length <= 128,
  no_lower_case: (text) => text !== text.toUpperCase(),
  no_upper_case: (text) => text !== text.toLowerCase(),
  no_digit: (text) => /\p{Nd}/u.test(text),
};
for (const input of document.querySelectorAll("[data-rules]")) {
  const list = document.getElementById(input.dataset.rules);
  input.addEventListener("input", () => {
    for (const rule of list.children) {
      const test = tests[rule.dataset.rule];
      if (test) rule.className = input.value && test(input.value) ? "kept" : "";
    }
  });
}
