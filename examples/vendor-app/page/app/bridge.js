"use strict";

// window.bridge stands for the vendor's SDK. In a real app the WebView's host provides it.
// sendCode(number) has the vendor make a code and text it to a number in E.164. The promise
// is rejected with an error that has
//   failure      one of the failure classes of the gateway
//   mayHaveSent  true unless it is certain that nothing was sent
window.bridge = {
  async sendCode(number) {
    const failed = (failure, mayHaveSent) => Object.assign(new Error(failure), { failure, mayHaveSent });
    if (!number.startsWith("+86")) throw failed("invalid_number", false);
    const response = await fetch("/vendor/send", {
      method: "POST",
      body: new URLSearchParams({ zone: "86", phone: number.slice("+86".length) }),
    });
    const { status } = await response.json();
    switch (Number(status)) {
      case 200: return;
      case 457: throw failed("invalid_number", false);
      case 476: throw failed("limit", false); // this app's day is used up: another phone may still send
      case 458: case 462: case 463: case 464: case 465: case 477: case 478:
        throw failed("rejected", false); // this number has had enough
      case 405: case 406: case 460: case 475: throw failed("config", false);
      default: throw failed("unknown", true);
    }
  },
};
