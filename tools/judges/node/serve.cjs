// Reads one call a line, makes it with a vendor's client, and writes one line about
// what the client returned or threw.
"use strict";

const readline = require("node:readline");

console.log = console.error; // some clients greet, and only outcomes may stand in the output

// describe keeps of an error what its vendor's documents tell users to look at.
function describe(error) {
  return {
    class: error?.constructor?.name ?? typeof error,
    code: error?.code ?? "",
    message: String(error?.message ?? error?.error ?? error),
    status: error?.statusCode ?? error?.httpCode ?? error?.response?.status ?? 0,
  };
}

// serve makes the calls one after the other. make takes a call and returns the reply,
// or a promise of it.
module.exports = async function serve(make) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let outcome;
    try {
      outcome = { reply: await make(JSON.parse(line)) };
    } catch (error) {
      outcome = { thrown: describe(error) };
    }
    process.stdout.write(JSON.stringify(outcome) + "\n");
  }
  process.exit(0); // some clients keep their connections for seconds
};
