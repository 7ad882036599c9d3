// Solves the work of a captcha: finds a number that makes sha256(challenge + number) begin with so many zero bits.
// SHA-256 (FIPS 180-4) is written out here because a browser's own one answers only on HTTPS, and slower call by call.
"use strict";

const constants = (() => {
  const found = [];
  for (let n = 2; found.length < 64; n++) {
    if (![...Array(n).keys()].slice(2).some((d) => n % d === 0)) found.push(n);
  }
  const bits = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  return { start: found.slice(0, 8).map((n) => bits(n ** 0.5)), rounds: found.map((n) => bits(Math.cbrt(n))) };
})();

const turn = (x, by) => (x >>> by) | (x << (32 - by));
const words = new Int32Array(64);

function compress(state, bytes, at) {
  for (let i = 0; i < 16; i++) {
    const p = at + i * 4;
    words[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
  }
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15], b = words[i - 2];
    words[i] = (words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants.rounds[i] + words[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]) | 0);
}

function zeroBits(text) {
  const plain = new TextEncoder().encode(text);
  const bytes = new Uint8Array(((plain.length + 8) >> 6) * 64 + 64);
  bytes.set(plain);
  bytes[plain.length] = 0x80;
  new DataView(bytes.buffer).setUint32(bytes.length - 4, plain.length * 8);
  let state = constants.start;
  for (let at = 0; at < bytes.length; at += 64) state = compress(state, bytes, at);
  let zeros = 0;
  for (const word of state) {
    zeros += Math.clz32(word);
    if (word !== 0) break;
  }
  return zeros;
}

for (const part of document.querySelectorAll("[data-captcha]")) {
  const form = part.closest("form");
  const answer = part.querySelector("[data-captcha-answer]");
  const status = part.querySelector("[data-captcha-status]");
  let waiting = false;
  let count = 0;
  const work = () => {
    const until = performance.now() + 40; // then the page may move
    while (performance.now() < until) {
      for (let i = 0; i < 100; i++, count++) {
        if (zeroBits(part.dataset.captcha + count) >= Number(part.dataset.bits)) {
          answer.value = String(count);
          status.textContent = status.dataset.done;
          if (waiting) form.requestSubmit();
          return;
        }
      }
    }
    setTimeout(work);
  };
  status.hidden = false;
  status.textContent = status.dataset.working;
  // Sent before the work is done, the form waits for it: capture comes before page.js marks it as sent.
  form.addEventListener("submit", (event) => {
    if (answer.value) return;
    waiting = true;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  setTimeout(work);
}
