//go:build race

package storetest

// raceShare thins a long search out: under the race detector it takes ten times as long, and
// each code is as good as another.
const raceShare = 97
