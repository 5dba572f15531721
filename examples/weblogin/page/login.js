// The login: number, code, logged in. It talks to otp.Handler under /codes/ and to the site's
// own /me and /logout.
import { Boxes } from "./boxes.js";
import { ask, fetchJSON, post, purpose } from "./requests.js";
import { lang, onLanguage, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const boxes = new Boxes($("boxes"), $("code"), () => check());

let view = "ask"; // which of ask, enter and inside is shown
let busy = false; // a request is on its way
let pending = null; // { id, phone }: the verification that goes on
let over = false; // it has ended: a new code is needed
let sends = 0; // how many texts were asked for in it
let closed = ""; // why no further text is sent in it: arrived or no_more
let next = 0; // when the next text may be asked for, in milliseconds of this browser's clock

// once runs f unless something runs already, with the buttons off meanwhile.
async function once(f) {
  if (busy) return;
  busy = true;
  render();
  try { await f(); } finally {
    busy = false;
    render();
  }
}

// ---- what is shown

function show(name) {
  view = name;
  for (const id of ["ask", "enter", "inside"]) $(id).hidden = id !== name;
  render();
}

function render() {
  const wait = Math.max(0, Math.ceil((next - Date.now()) / 1000));
  const label = (key) => wait > 0 ? t(key + "_in", { s: wait }) : t(key);
  put("title", t(view === "inside" ? "hello" : "title"));
  put("send", label("send"));
  $("send").disabled = busy || wait > 0;
  put("again", over ? label("anew") : closed ? t("again") : label("again"));
  $("again").disabled = busy || wait > 0 || closed !== "" && !over;
  $("check").disabled = busy || over;
  $("code").readOnly = over;
  put("way", over ? "" : t(closed || (sends > 1 ? "way_again" : "way")));
  $("country").hidden = /^\s*[+＋]/.test($("phone").value);
}

// put changes a text only if it is another one: screen readers hear each change.
function put(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

// complain shows what went wrong beside a field.
function complain(where, text) {
  put(where + "-problem", text);
  const input = where === "ask" ? $("phone") : $("code");
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (text && where === "enter") put("note", "");
}

// say shows good news about the code.
function say(text) {
  complain("enter", "");
  put("note", text);
}

function shown(phone) {
  const digits = phone.normalize("NFKC").replace(/[^0-9+]/g, "");
  return /^1[0-9]{10}$/.test(digits) ? digits.replace(/(...)(....)(....)/, "$1 $2 $3") : phone.trim();
}

// ---- a verification

function remember(value) {
  pending = value;
  try {
    if (value) sessionStorage.setItem("pending", JSON.stringify(value));
    else sessionStorage.removeItem("pending");
  } catch { /* no storage */ }
}

const waitFor = (seconds) => { next = Date.now() + 1000 * (seconds ?? 0); };

// follow takes over how a verification is doing.
function follow(v, phone) {
  const isNew = v.id !== pending?.id || over;
  remember({ id: v.id, phone });
  over = v.state !== "pending" && v.state !== "reserved";
  closed = v.delivered ? "arrived" : v.sends_left === 0 ? "no_more" : "";
  sends = v.sends;
  waitFor(v.resend_after);
  put("sent-to", shown(phone));
  if (isNew || v.digits !== boxes.length) boxes.clear(v.digits);
  if (over) complain("enter", v.message);
  else say(v.message);
  if (view !== "enter") show("enter");
}

async function start(phone, where) {
  const answer = await ask("start", { phone, key: crypto.randomUUID() });
  if (answer.ok) {
    follow(answer, phone);
    $("code").focus();
    return;
  }
  waitFor(answer.retry_after);
  complain(where, answer.message);
  if (where === "ask") $("phone").focus();
}

async function resend() {
  const answer = await ask("resend", { id: pending.id });
  if (answer.ok) {
    follow(answer, pending.phone);
    say(t(answer.sends === 2 ? "other_way" : "sent_again") + " " + answer.message);
    $("code").focus();
  } else failed(answer);
}

// failed shows why a step with the pending verification failed.
function failed(answer) {
  if (answer.code === "arrived") closed = "arrived";
  else if (answer.code === "no_sends") closed = "no_more";
  else waitFor(answer.resend_after ?? answer.retry_after ?? (next - Date.now()) / 1000);
  if (["expired", "exhausted", "canceled", "used"].includes(answer.code) || answer.code === "wrong_code" && !answer.tries_left) {
    over = true;
    waitFor(0);
  }
  complain("enter", answer.message);
}

function check() {
  return once(async () => {
    if (over) return;
    complain("enter", "");
    const answer = await ask("check", { id: pending.id, code: boxes.value });
    if (answer.ok) {
      await enter();
      return;
    }
    const keep = answer.code === "unavailable" || answer.code === "offline";
    failed(answer);
    if (keep) return;
    boxes.clear();
    if (over) setTimeout(() => $("again").focus());
    else $("code").focus();
  });
}

// sync asks how the pending verification is doing: after a reload, or when time has passed
// that this page does not know of.
export async function sync() {
  if (!pending || busy || view === "inside") return;
  const { id, phone } = pending;
  const answer = await fetchJSON("/codes/status?" + new URLSearchParams({ id, purpose, lang }));
  if (pending?.id !== id || busy) return;
  if (answer.ok) follow(answer, phone);
  else if (answer.code !== "offline" && answer.code !== "unavailable") leave();
  render();
}

// fill puts a code into the boxes, as a phone's keyboard offers to.
export function fill(code) {
  if (view !== "enter" || over) return;
  $("code").focus();
  boxes.fill(code);
}

// leave goes back to the number.
function leave() {
  remember(null);
  over = false;
  closed = "";
  waitFor(0);
  complain("enter", "");
  put("note", "");
  show("ask");
}

// ---- logged in

async function enter() {
  const { phone } = await fetchJSON("/me");
  if (!phone) return false;
  leave();
  put("who", phone);
  show("inside");
  $("title").focus();
  return true;
}

$("logout").addEventListener("click", () => once(async () => {
  await post("/logout", {});
  show("ask");
  $("phone").focus();
}));

// ---- the page

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  complain("ask", "");
  once(() => start($("phone").value, "ask"));
});
$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
$("again").addEventListener("click", () => once(() => over ? start(pending.phone, "enter") : resend()));
$("change").addEventListener("click", () => {
  post("/codes/cancel", { id: pending.id, purpose });
  leave();
  $("phone").focus();
});
$("phone").addEventListener("input", () => {
  complain("ask", "");
  waitFor(0);
  render();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
onLanguage(() => {
  complain("ask", "");
  complain("enter", "");
  render();
  sync();
});
setInterval(render, 250);

try { pending = JSON.parse(sessionStorage.getItem("pending")); } catch { /* no storage */ }
show("ask");
enter().then((inside) => inside || sync());
