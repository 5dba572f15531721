//go:build race

package storetest

// raceShare thins a long search out, and seeds is how many random walks there are: under the race
// detector they take ten times as long, and each code or walk is as good as another.
const raceShare, seeds = 97, 4
