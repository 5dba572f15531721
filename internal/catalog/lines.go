package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// lines are the lines of a file that nobody has asked for yet, and what was wrong with
// those before.
type lines struct {
	left     []line
	findings []finding
}

type line struct {
	number     int
	key, value string
}

// finding is something that is wrong with a file: in a line, or line 0 where one is
// missing.
type finding struct {
	line int
	text string
}

func readLines(text string) *lines {
	l := &lines{}
	for i, row := range strings.Split(text, "\n") {
		row = strings.TrimSpace(row)
		if row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		key, value, found := strings.Cut(row, ":")
		one := line{number: i + 1, key: strings.TrimSpace(key), value: strings.TrimSpace(value)}
		if !found || one.value == "" {
			l.wrong(one, `want "key: value"`)
			continue
		}
		l.left = append(l.left, one)
	}
	return l
}

func (l *lines) wrong(at line, format string, args ...any) {
	l.findings = append(l.findings, finding{at.number, fmt.Sprintf(format, args...)})
}

// problems returns everything that is wrong, also the lines that nobody has asked for.
func (l *lines) problems() error {
	for _, one := range l.left {
		l.wrong(one, "%s: unknown key, or there twice", one.key)
	}
	slices.SortStableFunc(l.findings, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, found := range l.findings {
		if found.line == 0 {
			all = append(all, errors.New(found.text))
			continue
		}
		all = append(all, fmt.Errorf("line %d: %s", found.line, found.text))
	}
	return errors.Join(all...)
}

// take returns the first line with a key.
func (l *lines) take(key string) (line, bool) {
	i := slices.IndexFunc(l.left, func(one line) bool { return one.key == key })
	if i < 0 {
		return line{}, false
	}
	one := l.left[i]
	l.left = slices.Delete(l.left, i, i+1)
	return one, true
}

// need returns the first line with a key, which has to be there.
func (l *lines) need(key string) (line, bool) {
	one, found := l.take(key)
	if !found {
		l.wrong(one, "no line %q", key+": …")
	}
	return one, found
}

func (l *lines) text(key string) Text {
	english, _ := l.need(key)
	chinese, _ := l.need(key + ".zh")
	return Text{EN: english.value, ZH: chinese.value}
}

func (l *lines) word(key string, allowed []string) string {
	one, found := l.need(key)
	if found && !slices.Contains(allowed, one.value) {
		l.wrong(one, "%s: %q is none of: %s", key, one.value, strings.Join(allowed, ", "))
	}
	return one.value
}

// fact reads a text and its evidence: the kind of source and its date, such as
// "doc 2026-10", or "none".
func (l *lines) fact(key string) Fact {
	fact := Fact{Text: l.text(key)}
	one, found := l.need(key + ".evidence")
	if !found {
		return fact
	}
	fact.Evidence, fact.Date, _ = strings.Cut(one.value, " ")
	if !slices.Contains(Evidences(), fact.Evidence) {
		l.wrong(one, "%s: %q is none of: %s", one.key, fact.Evidence, strings.Join(Evidences(), ", "))
	}
	switch {
	case fact.Evidence == None && fact.Date == "":
	case fact.Evidence == None:
		l.wrong(one, "%s: no source has no date", one.key)
	case fact.Date == "undated":
		fact.Date = ""
	case !isDate(fact.Date):
		l.wrong(one, "%s: %q: want a day, a month or a year such as 2026-11, or undated", one.key, fact.Date)
	}
	return fact
}

func isDate(text string) bool {
	return slices.ContainsFunc([]string{time.DateOnly, "2006-01", "2006"}, func(layout string) bool {
		_, err := time.Parse(layout, text)
		return err == nil
	})
}

func (l *lines) console() string {
	one, found := l.need("console")
	if found && one.value != None && one.value != Unknown && !isURL(one.value) {
		l.wrong(one, "console: %q: want a URL, none or unknown", one.value)
	}
	return one.value
}

func isURL(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != "" && !strings.ContainsAny(text, " ()")
}

// documents reads every line of a document, which holds an address and a title. One
// line "none" says that there are none.
func (l *lines) documents() []Document {
	const key = "document"
	var documents []Document
	one, found := l.need(key)
	if one.value == None {
		return nil
	}
	for ; found; one, found = l.take(key) {
		address, title, _ := strings.Cut(one.value, " ")
		isPath := !strings.Contains(address, ":")
		if title == "" || (!isPath && !isURL(address)) {
			l.wrong(one, "document: %q: want an address and a title, or none", one.value)
		}
		documents = append(documents, Document{Address: address, Title: title})
	}
	return documents
}

func (l *lines) factsRead() string {
	one, found := l.need("facts-read")
	if _, err := time.Parse(time.DateOnly, one.value); found && err != nil && one.value != None {
		l.wrong(one, "facts-read: %q: want a day such as 2026-11-21, or none", one.value)
	}
	return one.value
}
