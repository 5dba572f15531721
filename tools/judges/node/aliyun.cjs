// The generated clients of Alibaba Cloud's two products: node aliyun.cjs PRODUCT.
"use strict";

const serve = require("./serve.cjs");
const product = require(`@alicloud/${process.argv[2]}20170525`);

// lower begins a name as the clients do: PhoneNumber becomes phoneNumber.
const lower = (name) => name[0].toLowerCase() + name.slice(1);

serve(async ({ address, id, secret, action, params }) => {
  const client = new product.default({ accessKeyId: id, accessKeySecret: secret, endpoint: address, protocol: "HTTP" });
  const fields = Object.fromEntries(Object.entries(params).map(([name, value]) => [lower(name), value]));
  const response = await client[lower(action)](new product[action + "Request"](fields));
  return response.body;
});
