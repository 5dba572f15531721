"use strict";

// The whole app: it pulls numbers from the gateway and has the vendor text each a code.
// What it does and why is in package relayapi, "What a phone app does".

const lane = "mob";
const waitMS = 25_000; // how long the gateway keeps a pull open
const intervalMS = 30_000; // the longest time between two requests
const answerMS = 10_000; // how long an answer may take
const quickMS = 1_000; // a pull that ends sooner with nothing is followed by a pause
const speakEvery = 15_000;
const kept = "reports"; // in localStorage: what the gateway has not answered yet

const token = location.hash.slice(1);
let sent = 0;
let errors = 0;
let muted = false;

const show = (id, text) => { document.getElementById(id).textContent = text; };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function countError() {
  errors++;
  show("errors", errors);
}

// refused is an answer of the gateway that is no success.
class Refused extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
  get tokenRefused() { return ["unauthorized", "forbidden", "lane_forbidden"].includes(this.code); }
  // forGood: to repeat the request would not help.
  get forGood() { return this.status < 500 && this.status !== 408 && this.status !== 429; }
}

async function call(path, body, wait = 0) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(wait + answerMS),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer.error?.code);
  return answer;
}

// patiently repeats a request until there is an answer.
async function patiently(request) {
  for (let pause = 500; ; pause = Math.min(2 * pause, 30_000)) {
    try {
      return await request();
    } catch (e) {
      if (e instanceof Refused && e.forGood) throw e;
      countError();
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}

// The outbox: an outcome stays until the gateway has answered, also after a restart.
const outbox = {
  read: () => JSON.parse(localStorage.getItem(kept) ?? "[]"),
  write: (reports) => localStorage.setItem(kept, JSON.stringify(reports)),
  put(report) { this.write([...this.read().filter((r) => r.id !== report.id), report]); },
  drop(report) { this.write(this.read().filter((r) => r.id !== report.id)); },
};

async function report(outcome) {
  try {
    await patiently(() => call("/v1/receipts", outcome));
  } catch (e) {
    if (e.tokenRefused) throw e;
    countError(); // the gateway does not want it, and never will
  }
  outbox.drop(outcome);
}

async function handle(job) {
  const mustStart = performance.now() + Math.min(job.remaining_ms, job.lease_remaining_ms);
  const about = { id: job.id, lease: job.lease };
  try {
    const recorded = await patiently(() => {
      if (performance.now() > mustStart) throw new Refused(410, "job_expired");
      return call("/v1/receipts", { ...about, state: "taken" });
    });
    if (recorded.state !== "taken") return; // it is further on: never send it again
  } catch {
    return; // after any error code the job is not this phone's
  }
  // If the app ends while the vendor sends, nobody knows: that is what is reported then.
  outbox.put({ ...about, state: "failed", error: { class: "unknown", text: "the app ended", may_have_sent: true } });
  const outcome = await send(job, about);
  outbox.put(outcome);
  await report(outcome);
}

async function send(job, about) {
  try {
    await window.bridge.sendCode(job.to);
  } catch (e) {
    countError();
    const error = { class: e.failure ?? "unknown", may_have_sent: e.mayHaveSent ?? true };
    return { ...about, state: "failed", at: new Date().toISOString(), error };
  }
  show("sent", ++sent);
  return { ...about, state: "sent", at: new Date().toISOString() };
}

async function work() {
  for (const left of outbox.read()) await report(left);
  for (;;) {
    show("state", "在线 online");
    const body = { lanes: [lane], max: 1, wait_ms: waitMS, interval_ms: intervalMS };
    const pulledAt = performance.now();
    const { jobs } = await patiently(() => call("/v1/pull", body, waitMS));
    // A proxy may not keep pulls open.
    if (jobs.length === 0 && performance.now() - pulledAt < quickMS) await sleep(quickMS);
    for (const job of jobs) await handle(job);
  }
}

function speak() {
  if (muted) return;
  const words = new SpeechSynthesisUtterance(String(errors));
  words.lang = "zh-CN";
  speechSynthesis.speak(words);
}

document.getElementById("mute").addEventListener("click", (event) => {
  muted = !muted;
  event.currentTarget.setAttribute("aria-pressed", String(muted));
  if (muted) speechSynthesis.cancel();
});

setInterval(speak, speakEvery);

work().catch((e) => {
  countError();
  show("state", e instanceof Refused ? `网关拒绝了令牌，已停止 stopped: the gateway refuses the token (${e.message})` : `已停止 stopped: ${e.message}`);
});
