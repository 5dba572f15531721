// Tencent Cloud's SDK for Node.
"use strict";

const serve = require("./serve.cjs");
const { sms } = require("tencentcloud-sdk-nodejs-sms");

serve(({ address, id, secret, action, params }) => {
  const client = new sms.v20210111.Client({
    credential: { secretId: id, secretKey: secret },
    region: "ap-guangzhou",
    profile: { httpProfile: { endpoint: address, protocol: "http://" } },
  });
  return client[action](params);
});
