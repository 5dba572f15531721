// Bmob's SDK for JavaScript, which keeps its settings in a global object.
"use strict";

const serve = require("./serve.cjs");
const Bmob = require("hydrogen-js-sdk");

const calls = {
  requestSmsCode: (params) => Bmob.requestSmsCode(params),
  verifySmsCode: ({ code, ...params }) => Bmob.verifySmsCode(code, params),
  request: ({ path, method, body }) => Bmob.request(path, method, body),
};

serve(({ address, id, secret, action, params }) => {
  Bmob.domain("http://" + address);
  Bmob.initialize(id, secret);
  return calls[action](params);
});
