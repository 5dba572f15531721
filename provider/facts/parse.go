package facts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// MustParseCodes is [ParseCodes] for a file that is embedded in the program. It
// panics where ParseCodes returns an error.
func MustParseCodes(text string) Codes {
	codes, err := ParseCodes(text)
	if err != nil {
		panic("facts: " + err.Error())
	}
	return codes
}

// ParseCodes reads a file of codes. The package comment describes the format. The
// error names the line and the column that is wrong.
func ParseCodes(text string) (Codes, error) {
	name, tables := "", map[string]*Codes{"": {}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			name = strings.TrimSpace(line[1 : len(line)-1])
			if name == "" || tables[name] != nil {
				return Codes{}, fmt.Errorf("line %d: a table wants a name of its own", i+1)
			}
			tables[name] = &Codes{}
		default:
			row, err := parseRow(line)
			if err == nil {
				err = tables[name].add(row)
			}
			if err != nil {
				return Codes{}, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	}
	main := *tables[""]
	delete(tables, "")
	main.tables = make(map[string]Codes, len(tables))
	for name, table := range tables {
		main.tables[name] = *table
	}
	return main, nil
}

// add appends a row, and refuses a code that is listed already.
func (c *Codes) add(row Code) error {
	for _, code := range []string{row.Code, row.Last} {
		if other, listed := c.Lookup(code); listed && (!other.IsFamily() || other.Code == row.Code) {
			return fmt.Errorf("code %s: listed twice", code)
		}
	}
	for _, other := range c.rows {
		if row.hasInRun(other.Code) {
			return fmt.Errorf("code %s: listed twice", other.Code)
		}
	}
	if c.exact == nil {
		c.exact = map[string]int{}
	}
	if row.Code == row.Last {
		c.exact[row.Code] = len(c.rows)
	}
	c.rows = append(c.rows, row)
	return nil
}

// mostColumns is code, meaning, words, remedy and remedy in Chinese.
const mostColumns = 5

func parseRow(line string) (Code, error) {
	columns := strings.Split(line, "|")
	if len(columns) > mostColumns {
		return Code{}, fmt.Errorf("want at most %d columns, got %d", mostColumns, len(columns))
	}
	columns = append(columns, make([]string, mostColumns-len(columns))...)
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	row := Code{Words: columns[2], Remedy: columns[3], RemedyZH: columns[4]}
	if (row.Remedy == "") != (row.RemedyZH == "") {
		return Code{}, fmt.Errorf("code %s: a remedy wants both languages", columns[0])
	}
	if err := row.parseCode(columns[0]); err != nil {
		return Code{}, err
	}
	if err := row.parseMeaning(columns[1]); err != nil {
		return Code{}, fmt.Errorf("code %s: %w", columns[0], err)
	}
	return row, nil
}

func (c *Code) parseCode(text string) error {
	c.Code, c.Last = text, text
	if text == "" {
		return fmt.Errorf("want a code")
	}
	first, last, isRun := strings.Cut(text, "-")
	if !isRun || !isNumber(first) || !isNumber(last) {
		return nil
	}
	if len(first) != len(last) || first >= last {
		return fmt.Errorf("code %s: want a run that rises, of numbers of one length", text)
	}
	c.Code, c.Last = first, last
	return nil
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// parseMeaning reads parts such as "throttled by phone, wait 30s".
func (c *Code) parseMeaning(text string) error {
	kind, rest, _ := strings.Cut(text, ",")
	if err := c.parseKind(strings.TrimSpace(kind)); err != nil {
		return err
	}
	if rest == "" {
		return nil
	}
	for part := range strings.SplitSeq(rest, ",") {
		if err := c.parsePart(strings.TrimSpace(part)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Code) parseKind(text string) error {
	if text == "ok" {
		c.OK = true
		return nil
	}
	name, whose, limited := strings.Cut(text, " by ")
	switch {
	case !limited:
	case name == provider.KindThrottled.String() && whose == provider.ScopePhone.String():
		c.Scope = provider.ScopePhone
	case name == provider.KindThrottled.String() && whose == provider.ScopeAccount.String():
		c.Scope = provider.ScopeAccount
	default:
		return fmt.Errorf("meaning %q: only throttled is by phone or by account", text)
	}
	for _, kind := range provider.Kinds() {
		if kind.String() == name {
			c.Kind = kind
			return nil
		}
	}
	return fmt.Errorf("meaning %q: want ok or the name of a kind", text)
}

func (c *Code) parsePart(text string) error {
	if c.OK {
		return fmt.Errorf("meaning %q: a success has no more to say", text)
	}
	if text == "may have been sent" {
		c.MayHaveSent = true
		return nil
	}
	wait, isWait := strings.CutPrefix(text, "wait ")
	switch {
	case !isWait:
		return fmt.Errorf("meaning %q: want \"wait\" and a duration, or \"may have been sent\"", text)
	case c.Wait > 0 || c.UntilMidnight:
		return fmt.Errorf("meaning %q: a code has one wait", text)
	case wait == "until midnight":
		c.UntilMidnight = true
		return nil
	}
	duration, err := time.ParseDuration(wait)
	if err != nil || duration <= 0 {
		return fmt.Errorf("meaning %q: want a duration, such as 30s, or \"until midnight\"", text)
	}
	c.Wait = duration
	return nil
}
