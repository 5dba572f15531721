//go:build !race

package storetest

// raceShare thins a long search out.
const raceShare = 1
