"use strict";

const field = (id) => document.getElementById(id);

async function ask(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

field("send").addEventListener("click", async () => {
  const got = await ask("/site/send", { number: field("number").value });
  field("said").textContent = got.error ?? `已发送 Sent by ${got.sent_by}`;
});

field("check").addEventListener("click", async () => {
  const got = await ask("/site/check", { number: field("number").value, code: field("code").value });
  field("said").textContent = got.error ?? (got.right ? "验证码正确 Right" : "验证码错误 Wrong");
});
