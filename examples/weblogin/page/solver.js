// A worker that finds the number whose SHA-256 behind the salt is the challenge.
"use strict";

const batch = 500;

onmessage = async ({ data }) => {
  const wanted = Uint8Array.from(data.challenge.match(/../g), (hex) => parseInt(hex, 16));
  const encoder = new TextEncoder();
  const is = (hash) => new Uint8Array(hash).every((byte, i) => byte === wanted[i]);
  for (let from = 0; from <= data.maxnumber; from += batch) {
    const hashes = await Promise.all(Array.from({ length: batch }, (_, i) =>
      crypto.subtle.digest("SHA-256", encoder.encode(data.salt + (from + i)))));
    const found = hashes.findIndex(is);
    if (found >= 0) {
      postMessage({ number: from + found });
      return;
    }
    postMessage({ tried: from + batch });
  }
  postMessage({});
};
