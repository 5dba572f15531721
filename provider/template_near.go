package provider

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// mostNames is how many names an error lists.
	mostNames = 20
	// longestName is how much of a name is compared with others, in characters.
	longestName = 64
)

// hint says which template may be meant by a name that is not mapped, and which are.
func (t Templates) hint(name string) string {
	names := slices.Sorted(maps.Keys(t))
	if len(names) == 0 {
		return "; no template is"
	}
	text := ""
	if near, ok := nearest(name, names); ok {
		text = "; did you mean " + strconv.Quote(near) + "?"
	}
	left := ""
	if more := len(names) - mostNames; more > 0 {
		names, left = names[:mostNames], " and "+strconv.Itoa(more)+" more"
	}
	for i := range names {
		names[i] = strconv.Quote(names[i])
	}
	return text + "; mapped: " + strings.Join(names, ", ") + left
}

// nearest returns the name that is likely to be meant: at most a third of it is
// written otherwise.
func nearest(name string, names []string) (near string, ok bool) {
	least := 0
	for _, candidate := range names {
		distance := editDistance(fold(name), fold(candidate))
		if distance*3 > max(len(fold(candidate)), len(fold(name))) && distance > 1 {
			continue
		}
		if !ok || distance < least {
			near, least, ok = candidate, distance, true
		}
	}
	return near, ok
}

// fold prepares a name for the comparison: neither case nor spaces around it count.
func fold(name string) []rune {
	folded := []rune(strings.ToLower(strings.TrimSpace(name)))
	return folded[:min(len(folded), longestName)]
}

// editDistance counts the characters to put in, take out or change until a is b.
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
