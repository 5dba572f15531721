// Bmob's SDK for JavaScript, which keeps its settings in a global object.
"use strict";

const serve = require("./serve.cjs");
const Bmob = require("hydrogen-js-sdk");

// signAs makes a request whose clock and nonce are given, so that its signature can be
// compared.
async function signAs({ timestamp, nonce, path, method, body }) {
  const { randomString } = Bmob.utils;
  const { getTime } = Date.prototype;
  Bmob.utils.randomString = () => nonce;
  Date.prototype.getTime = () => timestamp * 1000;
  try {
    return await Bmob.request(path, method, body);
  } finally {
    Bmob.utils.randomString = randomString;
    Date.prototype.getTime = getTime;
  }
}

const calls = {
  signAs,
  requestSmsCode: (params) => Bmob.requestSmsCode(params),
  verifySmsCode: ({ code, ...params }) => Bmob.verifySmsCode(code, params),
  request: ({ path, method, body }) => Bmob.request(path, method, body),
};

serve(({ address, id, secret, action, params }) => {
  Bmob.domain("http://" + address);
  Bmob.initialize(id, secret);
  return calls[action](params);
});
