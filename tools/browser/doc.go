// Package browser has the tests that drive the project's pages in a real Chromium.
package browser
