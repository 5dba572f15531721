//go:build race

package otp_test

// raceShare thins out under the race detector what only counts.
const raceShare = 10
