//go:build !race

package storetest

// raceShare thins a long search out, and seeds is how many random walks there are.
const raceShare, seeds = 1, 20
