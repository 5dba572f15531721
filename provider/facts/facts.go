// Package facts holds what is known of a service's codes as data: one text file
// beside each adapter, which the adapter, its simulator, the conformance suite and
// the documentation read.
//
// # The file
//
// A file has one line for each code, with up to five columns:
//
//	code | meaning | the service's words | remedy | 处理办法
//
//	2     | ok                          | 提交成功
//	4051  | balance                     | 剩余条数不足 | top up in the console | 在控制台充值
//	4080  | throttled by phone, wait 1s | 同一手机号码同一秒钟之内发送频率不能超过1条
//	10200 | unavailable, may have been sent | 处理超时
//
// The meaning is "ok", or a [provider.Kind] by its name, with "by phone" or "by
// account" behind throttled. "wait" and a duration say how long to wait, "wait until
// midnight" that the limit lasts for the calendar day of Beijing; "may have been sent"
// says that the text may be on its way although the service refused. Only a code that
// says that nothing was sent does without that.
//
// A code may be a run of decimal numbers (111000-111099), or a family
// (LimitExceeded.*) that stands for all codes that begin with it and are listed
// nowhere else.
//
// Only a code that stands in the file says for certain that nothing was sent: after
// any other the text may be on its way.
//
// A line such as [report] begins a table of its own, for codes of another call; see
// [Codes.Table]. Lines that begin with # are comments: they say where the facts come
// from and when they were read.
//
// The package links the standard library and package provider only.
package facts

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Code is what one code of a service means.
type Code struct {
	// Code is the service's own code, the first one of a run, or a family such as
	// "LimitExceeded.*".
	Code string
	// Last is the last code of a run, and Code where the row is no run.
	Last string
	// OK marks a code of success.
	OK bool
	// Kind and Scope are what the code means.
	Kind  provider.Kind
	Scope provider.Scope
	// MayHaveSent marks a code after which the text may be on its way.
	MayHaveSent bool
	// Wait is how long to wait before the next try, or 0 where nobody says.
	Wait time.Duration
	// UntilMidnight marks a limit that lasts until the next midnight in Beijing.
	UntilMidnight bool
	// Words are the service's own, or describe the code where those are not known.
	Words string
	// Remedy says what a person can do about it, in English and in Chinese. Empty
	// where nothing is known beyond the words.
	Remedy, RemedyZH string
}

// IsFamily reports whether the row stands for all codes that begin with it.
func (c Code) IsFamily() bool { return strings.HasSuffix(c.Code, familyEnd) }

// WaitAt returns how long to wait before the next try when the code came at the given
// time, or 0 where nobody says.
func (c Code) WaitAt(now time.Time) time.Duration {
	if !c.UntilMidnight {
		return c.Wait
	}
	const day = 24 * time.Hour
	beijing := now.In(time.FixedZone("UTC+8", 8*60*60))
	hour, minute, second := beijing.Clock()
	passed := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second + time.Duration(beijing.Nanosecond())
	return day - passed
}

// familyEnd marks a family.
const familyEnd = ".*"

// Codes is a service's table of codes. The zero Codes is an empty one. It does not
// change, so that it is safe for concurrent use.
type Codes struct {
	rows   []Code
	exact  map[string]int // index in rows
	tables map[string]Codes
}

// All yields the rows of the table, in their order in the file.
func (c Codes) All() iter.Seq[Code] { return slices.Values(c.rows) }

// Table returns the table that begins with a line [name]. It is empty where the
// file has none.
func (c Codes) Table(name string) Codes { return c.tables[name] }

// Tables lists the names of the tables beside the first one, sorted.
func (c Codes) Tables() []string {
	names := make([]string, 0, len(c.tables))
	for name := range c.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Lookup returns the row of a code: its own, that of the run it is in, or that of
// its family, of which the longest counts. A number may be spelled in any way that
// JSON has for it; see [Equal]. A code that is in no row means KindUnknown, and ok is
// false: nobody has said that nothing was sent.
func (c Codes) Lookup(code string) (row Code, ok bool) {
	if i, listed := c.exact[code]; listed {
		return c.rows[i], true
	}
	if spelled := plain(code); spelled != code {
		return c.Lookup(spelled)
	}
	if i := slices.IndexFunc(c.rows, func(row Code) bool { return row.hasInRun(code) }); i >= 0 {
		return c.rows[i], true
	}
	for end := strings.LastIndexByte(code, '.'); end >= 0; end = strings.LastIndexByte(code[:end], '.') {
		if i, listed := c.exact[code[:end]+familyEnd]; listed {
			return c.rows[i], true
		}
	}
	return Code{Code: code, Last: code}, false
}

// Is reports whether code is one of success.
func (c Codes) Is(code string) bool {
	row, ok := c.Lookup(code)
	return ok && row.OK
}

// hasInRun reports whether code lies in the run, written with as many digits.
func (c Code) hasInRun(code string) bool {
	if c.Code == c.Last || len(code) != len(c.Code) {
		return false
	}
	if _, err := strconv.ParseUint(code, 10, 64); err != nil {
		return false
	}
	return c.Code <= code && code <= c.Last // digits of one length sort like numbers
}
