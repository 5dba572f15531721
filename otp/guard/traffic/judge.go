package traffic

import (
	"errors"
	"fmt"
)

// limitFen is what any attack may cost in any hour and in any day.
const limitFen = 100

// Judge says what of a summary is worse than the guard promises: an attack costs one
// yuan at most in any hour and in any day; one honest user in a thousand goes without a
// text; on honest days no more than Challenged see a challenge; attacked people get
// their first text free and, but for Late of them, are in within ten minutes.
func (s Scenario) Judge(sum Summary) error {
	var bad []error
	want := func(good bool, format string, values ...any) {
		if !good {
			bad = append(bad, fmt.Errorf(s.Name+": "+format, values...))
		}
	}
	want(sum.WorstHourFen <= limitFen, "an hour costs %d fen", sum.WorstHourFen)
	want(sum.WorstDayFen <= limitFen, "a day costs %d fen", sum.WorstDayFen)
	want(sum.HonestFlows > 0, "there are no honest users")
	want(sum.HonestNoText*1000 <= sum.HonestFlows, "%d honest users of %d get no text", sum.HonestNoText, sum.HonestFlows)
	want(sum.VictimsPaid == 0, "%d first texts of victims are paid", sum.VictimsPaid)
	want(sum.VictimsLate*100 <= s.Late*sum.Victims, "%d victims of %d are late", sum.VictimsLate, sum.Victims)
	if s.Attack {
		want(sum.AttackAsked > 0, "nobody attacks")
	} else {
		want(sum.HonestChallenged*100 <= s.Challenged*sum.HonestFlows, "%d honest users of %d are challenged", sum.HonestChallenged, sum.HonestFlows)
	}
	return errors.Join(bad...)
}
