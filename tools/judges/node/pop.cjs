// The old core of Alibaba Cloud's clients for Node: node pop.cjs METHOD.
"use strict";

const serve = require("./serve.cjs");
const { RPCClient } = require("@alicloud/pop-core");

serve(({ address, id, secret, action, params }) => {
  const client = new RPCClient({ accessKeyId: id, accessKeySecret: secret, endpoint: "http://" + address, apiVersion: "2017-05-25" });
  return client.request(action, params, { method: process.argv[2] });
});
