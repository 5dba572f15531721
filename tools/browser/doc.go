// Package browser has a real Chromium look at the operators' pages of a gateway, at the page
// of examples/vendor-app that is a phone, and at the login of examples/weblogin, on loopback, and
// takes screenshots.
//
// Nobody links this module. The README of the tools says how to run it.
package browser
