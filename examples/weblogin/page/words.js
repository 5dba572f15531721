// What the page says by itself. Sentences about codes come from the server, in the same language.

const all = {
  brand: ["示例站", "Example site"],
  other_language: ["English", "中文"],
  title: ["登录", "Log in"],
  hello: ["欢迎", "Welcome"],
  lead: ["用手机号登录，没有账号会自动注册。", "Log in with your number. New here? You get an account."],
  phone: ["手机号", "Phone number"],
  country: ["不带国家代码的号码按中国大陆 +86 处理。", "A number without a country code is in mainland China, +86."],
  send: ["获取验证码", "Send code"],
  send_in: ["{s} 秒后可获取", "Send code in {s} s"],
  sent_to: ["已发送至", "Sent to"],
  change: ["换号码", "Change"],
  code: ["验证码", "Code"],
  check: ["登录", "Log in"],
  again: ["重新发送", "Send again"],
  again_in: ["重新发送（{s} 秒）", "Send again ({s} s)"],
  anew: ["获取新的验证码", "Get a new code"],
  anew_in: ["获取新的验证码（{s} 秒）", "Get a new code ({s} s)"],
  way: ["没收到？下一条换一条路发：走付费短信。", "Nothing came? The next text goes another way: by a paid service."],
  other_way: ["已换一条路重发，验证码不变。", "Sent again another way, with the same code."],
  way_again: ["没收到？可以再发一次，验证码不变。", "Nothing came? It can be sent once more, with the same code."],
  sent_again: ["已重新发送，验证码不变。", "Sent again, with the same code."],
  arrived: ["短信已送达，不会再发。没看到的话，请查拦截短信。", "The text has arrived; there is no other. Look among blocked messages too."],
  no_more: ["不能再重发了，请输入已收到的验证码。", "There are no more texts. Enter the code that you have."],
  puzzle: ["安全验证：浏览器正在算一道题，请稍候", "Security check: your browser solves a puzzle, one moment"],
  welcome: ["登录成功", "You are logged in as"],
  logout: ["退出登录", "Log out"],
  fine: ["验证码只用于登录，不要告诉任何人。", "The code is for logging in. Tell it to nobody."],
  offline: ["连接不上服务器，请检查网络后重试。", "The server does not answer. Check your network and try again."],
  your_phone: ["你的手机", "Your phone"],
  no_texts: ["还没有短信", "No texts yet"],
  fill: ["填入 {code}", "Fill in {code}"],
  by_free: ["旧手机代发，免费", "old phone, free"],
  by_paid: ["{way}，付费", "{way}, paid"],
  controls: ["演示开关", "Try it out"],
  old_phone: ["网站的旧手机", "The site's old phone"],
  is_online: ["在线：每个验证码的第一条由它免费发", "online: it sends the first text of each code free"],
  is_offline: ["离线：第一条也走付费短信服务", "offline: the first text is paid too"],
  lose: ["下一条短信丢失", "Lose the next text"],
  lose_note: ["运营商收下了，但手机收不到", "the network takes it, and it never arrives"],
  minute: ["快进 1 分钟", "1 minute later"],
  minutes: ["快进 5 分钟", "5 minutes later"],
  bots: ["机器人来刷 40 个号码", "Bots ask for 40 numbers"],
  bots_said: ["机器人要了 {asked} 条，发出 {sent} 条，花费 ¥{spent}。同号段的新访客要先过安全验证。",
    "Bots asked for {asked} texts and got {sent}, for ¥{spent}. Newcomers with such numbers now get a security check."],
  ledger: ["每个验证码的花费", "What each code cost"],
  spent: ["已花费", "spent"],
  saved: ["省下", "saved"],
  free: ["免费", "free"],
  ways: ["免费 / 付费", "free / paid"],
  verified_share: ["验证成功", "verified"],
  yuan: ["¥{n}", "¥{n}"],
  fen: ["{n} 分", "{n} fen"],
  segments: ["{n} 个计费条", "{n} segments"],
  segment: ["1 个计费条", "1 segment"],
  no_codes: ["还没有发过验证码", "No codes yet"],
  waiting: ["等待输入", "waiting"],
  verified: ["已验证", "verified"],
  canceled: ["已放弃", "given up"],
  sending: ["发送中", "sending"],
  unsure: ["可能已发出", "may be sent"],
  accepted: ["已发出", "sent"],
  delivered: ["已送达", "delivered"],
  failed: ["未送达", "lost"],
  refused: ["被拒", "refused"],
  "relay": ["旧手机", "old phone"],
  "aliyun-verification": ["阿里云", "Aliyun"],
  "tencent": ["腾讯云", "Tencent"],
};

const known = { zh: 0, en: 1 };
const listeners = [];
export let lang = first();

function first() {
  try {
    const kept = localStorage.getItem("lang");
    if (kept in known) return kept;
  } catch { /* no storage */ }
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in known);
  return wanted ?? "zh";
}

// t returns the words of a key, with the values in their places.
export function t(key, values = {}) {
  const words = all[key]?.[known[lang]] ?? key;
  return words.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

// onLanguage calls f now, and whenever the language changes.
export function onLanguage(f) {
  listeners.push(f);
  f();
}

function show() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = t("title");
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-label]")) e.ariaLabel = t(e.dataset.label);
  const button = document.getElementById("language");
  button.textContent = t("other_language");
  button.lang = lang === "zh" ? "en" : "zh-CN";
}

onLanguage(show);
document.getElementById("language").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  try { localStorage.setItem("lang", lang); } catch { /* no storage */ }
  for (const f of listeners) f();
});
