package phonetest

import (
	"bufio"
	"io"
	"strings"
)

// readEvents reads a stream of events until it ends. The app's client drops an event without
// a data line, and takes one without a name for MessageEnqueued; id and retry mean nothing to it.
// Facts: app v1.68.0, read in November 2026. alive is told of each line.
func readEvents(r io.Reader, alive func(), event func(name, data string)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	name, data := "", []string(nil)
	for lines.Scan() {
		alive()
		line := lines.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				event(name, strings.Join(data, "\n"))
			}
			name, data = "", nil
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.EOF
}
