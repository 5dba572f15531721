//go:build !race

package otp_test

const raceShare = 1
