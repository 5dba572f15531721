// Requests to the site. Every answer about codes has a message for the user, in his language.
import { solve } from "./challenge.js";
import { lang, t } from "./words.js";

export const purpose = "login";
const $ = (id) => document.getElementById(id);

// fetchJSON returns the members of an answer, and whether it is a good one.
export async function fetchJSON(path, options) {
  try {
    const response = await fetch(path, options);
    return { ok: response.ok, ...await response.json() };
  } catch {
    return { ok: false, code: "offline", message: t("offline") };
  }
}

// post sends an object.
export function post(path, body) {
  return fetchJSON(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// ask makes a request about codes. When the server wants a challenge solved first, it
// solves it and asks once more.
export async function ask(path, body) {
  body = { purpose, lang, ...body };
  const answer = await post("/codes/" + path, body);
  if (answer.code !== "challenge" || !answer.challenge) return answer;
  $("puzzle").hidden = false;
  try {
    const solution = await solve(answer.challenge, (share) => { $("progress").value = share; });
    return await post("/codes/" + path, { ...body, solution });
  } catch {
    return answer;
  } finally {
    $("puzzle").hidden = true;
    $("progress").value = 0;
  }
}
