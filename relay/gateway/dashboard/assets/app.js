"use strict";

// The set-up sheet shows the code that the QR code has brought behind the "#".
(() => {
  const scanned = document.getElementById("scanned");
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!scanned || !code || !/^[A-Za-z0-9-]{4,64}$/.test(code)) return;
  scanned.hidden = false;
  document.getElementById("scanned-code").textContent = code;
  document.getElementById("command-code").textContent = code;
  const copy = document.getElementById("copy");
  if (!navigator.clipboard) { copy.hidden = true; return; }
  copy.addEventListener("click", () => navigator.clipboard.writeText(code).then(() => { copy.textContent = copy.dataset.done; }));
})();

// Keeps the overview as it is now, and speaks the count of errors. Without this file the page
// loads itself anew.
(() => {
  const live = document.getElementById("live");
  if (!live) return;
  const speech = document.getElementById("speech");

  // Parts that change. One that holds the keyboard's focus waits until it is left.
  const waiting = new Map();
  const put = (name, html) => {
    const part = document.getElementById("part-" + name);
    if (!part) return;
    if (part.contains(document.activeElement)) { waiting.set(name, html); return; }
    waiting.delete(name);
    part.innerHTML = html; // made by the server's templates, which escape
  };
  document.addEventListener("focusout", () => setTimeout(() => {
    for (const [name, html] of [...waiting]) put(name, html);
    ages();
  }));

  // How long each phone has been silent.
  const ages = () => {
    for (const time of document.querySelectorAll("time[data-since]")) {
      const s = Math.max(0, Math.round((Date.now() + ahead - Number(time.dataset.since)) / 1000));
      time.textContent = s < 60 ? s + " s" : s < 3600 ? Math.floor(s / 60) + " min" :
        s < 86400 ? Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min" : Math.floor(s / 86400) + " d";
    }
  };
  let ahead = 0; // how far the gateway's clock is ahead of this one
  setInterval(ages, 1000);

  const show = (cls, words) => { live.className = "live " + cls; if (live.textContent !== words) live.textContent = words; };
  if (!window.EventSource) { setTimeout(() => location.reload(), 10000); return; }
  const events = new EventSource("/live");
  events.onopen = () => show("ok", live.dataset.live);
  events.addEventListener("parts", (event) => {
    const news = JSON.parse(event.data);
    if (news.now) { ahead = Number(news.now) - Date.now(); delete news.now; }
    for (const [name, html] of Object.entries(news)) put(name, html);
    ages();
    show("ok", live.dataset.live);
  });
  events.addEventListener("failed", () => show("lost", live.dataset.lost));
  events.onerror = () => {
    show("lost", live.dataset.lost);
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); // the session is over
  };

  // The alarm: the count of errors, every 15 seconds.
  try { speech.value = localStorage.getItem("speech") || "errors"; } catch { /* no storage */ }
  speech.addEventListener("change", () => {
    try { localStorage.setItem("speech", speech.value); } catch { /* no storage */ }
    if (speech.value === "off" && window.speechSynthesis) speechSynthesis.cancel();
    else speak();
  });
  const speak = () => {
    const count = document.getElementById("errors");
    if (!count || !window.speechSynthesis || speech.value === "off") return;
    const n = Number(count.dataset.errors);
    if (n === 0 && speech.value !== "always") return;
    const words = new SpeechSynthesisUtterance(speech.dataset.say.replace("{n}", n));
    words.lang = document.documentElement.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  };
  setInterval(speak, 15000);
  speak();
})();
