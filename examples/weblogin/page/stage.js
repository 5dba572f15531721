// What stands beside the login: the user's phone, the switches, the ledger. The server sends
// all of it at each change.
import { fill, sync } from "./login.js";
import { lang, onLanguage, t } from "./words.js";

const $ = (id) => document.getElementById(id);
let view = null;
let ahead = 0; // how far the stage's clock is ahead of this one, in milliseconds

function element(name, className, text, ...children) {
  const e = document.createElement(name);
  e.className = className;
  if (text) e.textContent = text;
  e.append(...children);
  return e;
}

// fresh shows a list, if it is another one than before: a button that has the focus keeps it.
function fresh(id, items, make, none) {
  const key = lang + JSON.stringify(items);
  if ($(id).dataset.key === key) return;
  $(id).dataset.key = key;
  $(id).replaceChildren(...items.length ? items.map(make) : [element("li", "none", t(none))]);
}

const clock = (ms) => new Date(ms).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const isFree = (way) => way === "relay";
const way = (name) => isFree(name) ? t("by_free") : t("by_paid", { way: t(name) });

function bubble(text) {
  const button = element("button", "fill", t("fill", { code: text.code }));
  button.type = "button";
  button.addEventListener("click", () => fill(text.code));
  const from = element("p", "from", "", element("b", "", text.from), element("time", "", clock(text.at)));
  const foot = element("p", "foot", "", element("span", isFree(text.way) ? "tag good" : "tag paid", way(text.way)), button);
  const item = element("li", "", "", from, element("p", "bubble", text.text), foot);
  item.lang = "zh-CN";
  foot.lang = lang === "zh" ? "zh-CN" : "en";
  return item;
}

// showTexts adds what has arrived, so that a screen reader hears that and nothing else.
function showTexts() {
  const list = $("texts");
  const [newest] = view.texts;
  if (!newest || list.dataset.lang !== lang) {
    fresh("texts", view.texts, bubble, "no_texts");
  } else {
    list.querySelector(".none")?.remove();
    list.prepend(...view.texts.filter((text) => text.id > Number(list.dataset.newest ?? 0)).map(bubble));
    while (list.children.length > view.texts.length) list.lastChild.remove();
  }
  list.dataset.lang = lang;
  list.dataset.newest = newest?.id ?? 0;
}

// Money comes as text in yuan, least and most; here it is only shown.
const range = ({ least, most }, of = (n) => n) => least === most ? of(least) : of(least) + "–" + of(most);
const cents = (n) => /^[0-9]+([.][0-9])?$/.test(n) ? Number(n).toFixed(2) : n;
const yuan = (money) => t("yuan", { n: range(money, cents) });
const fen = (money) => t("fen", { n: range(money, (n) => String(Math.round(Number(n) * 10000) / 100)) });

function codeLine(code) {
  const texts = code.texts.map((text) => {
    const cost = isFree(text.provider) ? t("free") : fen(text.cost);
    const segments = text.segments === 1 ? t("segment") : t("segments", { n: text.segments });
    return element("li", "", "", element("span", isFree(text.provider) ? "dot good" : "dot paid"),
      element("span", "", t(text.provider)), element("span", "soft", segments + " · " + t(text.outcome)), element("span", "n", cost));
  });
  const state = code.verified ? "verified" : code.canceled ? "canceled" : "waiting";
  return element("li", "", "",
    element("p", "code-head", "", element("b", "", code.phone), element("span", "state " + state, t(state)),
      element("b", "n", yuan(code.cost))),
    element("ul", "", "", ...texts));
}

function render() {
  if (!view) return;
  $("online").checked = view.online;
  $("online-state").textContent = t(view.online ? "is_online" : "is_offline");
  $("lose").checked = view.lose;
  showTexts();
  fresh("codes", view.codes, codeLine, "no_codes");
  const { total, bots } = view;
  fresh("totals", [
    ["spent", yuan(total.cost)], ["saved", yuan(total.saved)],
    ["ways", total.free + " / " + (total.texts - total.free)], ["verified_share", total.verified + " / " + total.verifications],
  ], ([key, value]) => element("div", key, "", element("dt", "", t(key)), element("dd", "", String(value))));
  const said = bots.asked ? t("bots_said", { ...bots, spent: cents(bots.spent) }) : "";
  if ($("bots-said").textContent !== said) $("bots-said").textContent = said;
}

function tick() { $("time").textContent = clock(Date.now() + ahead); }

function set(path, value) {
  return fetch("/stage/" + path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ value }),
  }).catch(() => null); // the stream will say that the server is gone
}

async function press(button, f) {
  button.disabled = true;
  await f();
  button.disabled = false;
}

async function forward(event, seconds) {
  await press(event.currentTarget, () => set("forward", seconds));
  await sync();
}

$("online").addEventListener("change", (event) => set("phone", event.target.checked));
$("lose").addEventListener("change", (event) => set("lose", event.target.checked));
$("minute").addEventListener("click", (event) => forward(event, 60));
$("minutes").addEventListener("click", (event) => forward(event, 300));
$("bots").addEventListener("click", (event) => press(event.currentTarget, () => set("bots", true)));

const events = new EventSource("/stage/events");
events.onmessage = (event) => {
  view = JSON.parse(event.data);
  ahead = view.now - Date.now();
  tick();
  render();
};
onLanguage(render);
setInterval(tick, 1000);
tick();
