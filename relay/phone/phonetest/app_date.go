package phonetest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// javaTime is a time as the app reads and writes it. It tries a pattern with milliseconds first,
// in which the digits after the point are a count of milliseconds however many they are: ".12" is
// 12 ms, and nine digits are 34 hours and more. A value without a fraction is read as it is meant.
// Facts: app v1.68.0, read in November 2026.
type javaTime struct{ time.Time }

var withMillis = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,9})(Z|[+-]\d\d:\d\d)$`)

func parseJavaTime(s string) (time.Time, error) {
	parts := withMillis.FindStringSubmatch(s)
	if parts == nil {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return time.Time{}, fmt.Errorf("phonetest: the app cannot read a time: %w", err)
		}
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, parts[1]+parts[3])
	if err != nil {
		return time.Time{}, fmt.Errorf("phonetest: the app cannot read a time: %w", err)
	}
	millis, err := strconv.ParseInt(parts[2], 10, 64)
	return t.Add(time.Duration(millis) * time.Millisecond), err
}

func (t *javaTime) UnmarshalJSON(data []byte) error {
	var s *string
	if err := json.Unmarshal(data, &s); err != nil || s == nil {
		return err
	}
	parsed, err := parseJavaTime(*s)
	t.Time = parsed
	return err
}

// phoneZone is the phone's time zone.
var phoneZone = time.FixedZone("CST", 8*60*60)

func (t javaTime) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.In(phoneZone).Format("2006-01-02T15:04:05.000-07:00"))
}
