// Solves a challenge of the server's (ALTCHA) in a worker, so that the page stays alive.
// Browsers have crypto.subtle over HTTPS, and on the machine itself, only.

// solve returns the token to send with the next try; progress is told how far it is, 0 to 1.
export function solve(challenge, progress) {
  return new Promise((resolve, reject) => {
    const worker = new Worker("solver.js");
    const end = (settle, value) => { worker.terminate(); settle(value); };
    worker.onerror = () => end(reject, new Error("the solver failed"));
    worker.onmessage = ({ data }) => {
      if (data.tried !== undefined) progress(data.tried / challenge.maxnumber);
      else if (data.number === undefined) end(reject, new Error("there is no solution"));
      else {
        const { algorithm, challenge: hash, salt, signature } = challenge;
        end(resolve, btoa(JSON.stringify({ algorithm, challenge: hash, number: data.number, salt, signature })));
      }
    };
    worker.postMessage(challenge);
  });
}
