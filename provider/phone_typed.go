package provider

// typedNumber is a phone number as somebody typed it: its digits, and what is to
// be known of the marks between them.
type typedNumber struct {
	memory [longestTyped]byte // on the stack
	length int
	plus   bool // in front of the digits

	inGap        bool // the last character was a mark
	dashes, dots int  // in this gap
	cutShort     bool // a row of dashes or dots stands where digits were
	bracketAt    int  // how many digits stand before the last bracket
	bracketEnded bool
}

func (t *typedNumber) digits() []byte { return t.memory[:t.length] }

// read takes text apart, or says why it is no number.
func (t *typedNumber) read(text string) (problem string) {
	for _, r := range text {
		digit, ok := decimalDigit(halfWidth(r))
		if !ok {
			if problem := t.addMark(markOf(halfWidth(r))); problem != "" {
				return problem
			}
			continue
		}
		if t.length == len(t.memory) {
			return "phone number: too long"
		}
		if t.inGap {
			t.endGap()
		}
		t.memory[t.length] = digit
		t.length++
	}
	return ""
}

// endGap is called for the first digit behind marks.
func (t *typedNumber) endGap() {
	if t.length > 0 && (t.dashes > 2 || t.dots > 1) { // two dashes are one long one of a Chinese keyboard
		t.cutShort = true
	}
	if t.bracketEnded {
		t.bracketAt, t.bracketEnded = 0, false
	}
	t.inGap, t.dashes, t.dots = false, 0, 0
}

func (t *typedNumber) addMark(m mark) (problem string) {
	t.inGap = true
	switch m {
	case markSpace:
	case markDash:
		t.dashes++
	case markDot:
		t.dots++
	case markOpen:
		t.bracketAt, t.bracketEnded = t.length, false
	case markClose:
		t.bracketEnded = true
	case markPlus:
		if t.plus || t.length > 0 {
			return "phone number: a plus may stand in front only; give one number at a time"
		}
		t.plus = true
	case markStar:
		return "phone number: it is masked; the full number is in E164, a Receipt or a StoredPhone"
	default:
		return "phone number: has a character that is neither a digit nor a separator"
	}
	return ""
}

// doubt says why the digits may be another number than the one that was meant,
// where only their count could prove the contrary.
func (t *typedNumber) doubt() (problem string) {
	inBracket := t.length - t.bracketAt
	switch {
	case t.cutShort:
		return "phone number: a row of dashes or dots stands where digits seem to be missing"
	case t.bracketAt > 0 && 0 < inBracket && inBracket < 5:
		return "phone number: the digits in brackets at its end may be an extension; leave them out"
	}
	return ""
}
