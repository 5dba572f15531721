package tencentsim

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// Delivery is what became of a text.
type Delivery struct {
	// Serial is the SerialNo, which is sim.Text.ID.
	Serial string
	// Phone is the number in E.164 form.
	Phone string
	// Session is the SessionContext.
	Session string
	// At is when the handset had it, or when it failed.
	At time.Time
	// Failed says that it did not arrive.
	Failed bool
	// Code is the carrier's code. Empty means DELIVRD, or with Failed, UNDELIV.
	Code string
}

// Reply is a text that a phone's owner sent back.
type Reply struct {
	// Phone is the number in E.164 form.
	Phone string
	// Text is the reply.
	Text string
	// Sign is the signature of the text that was replied to.
	Sign string
	// ExtendCode is the extension of the number that was replied to.
	ExtendCode string
	// At is when it came.
	At time.Time
}

// Report says what became of a text. It goes into the queue that
// PullSmsSendStatus and PushReports empty, and is found by its number for seven
// days.
func (s *Service) Report(d Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries.add(d)
}

// Receive takes a reply. It goes into the queue that PullSmsReplyStatus and
// PushReports empty, and is found by its number for seven days.
func (s *Service) Receive(r Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies.add(r)
}

// box holds reports in two ways: a queue, from which each is taken once, and the
// newest ones for looking up.
type box[T any] struct{ queue, kept []T }

// keptReports is how many reports can be looked up, and how many wait.
const keptReports = 1000

func (b *box[T]) add(report T) {
	b.queue = newest(append(b.queue, report))
	b.kept = newest(append(b.kept, report))
}

func newest[T any](list []T) []T { return slices.Delete(list, 0, max(0, len(list)-keptReports)) }

func (b *box[T]) take(limit int64) []T {
	n := min(int(limit), len(b.queue))
	taken := slices.Clone(b.queue[:n])
	b.queue = slices.Delete(b.queue, 0, n)
	return taken
}

const (
	mostReports = 100
	reportsKept = 7 * 24 * time.Hour
)

var pullFields = []field{
	{"Limit", numberField, true},
	{"SmsSdkAppId", textField, true},
}

var pullByPhoneFields = []field{
	{"BeginTime", numberField, true},
	{"Offset", numberField, true},
	{"Limit", numberField, true},
	{"PhoneNumber", textField, true},
	{"SmsSdkAppId", textField, true},
	{"EndTime", numberField, false},
}

// query is what the calls that pull ask for.
type query struct {
	limit      int64
	phone      string // E.164; empty for the queue
	begin, end time.Time
}

// has reports whether a report of that number and time is asked for.
func (q query) has(phone string, at time.Time) bool {
	return phone == q.phone && !at.Before(q.begin) && !at.After(q.end)
}

// readQuery returns what a call asks for, or false when it has refused it.
func (s *Service) readQuery(c *sim.Call, p params) (query, bool) {
	q := query{limit: p.number("Limit"), end: c.Now}
	code := s.checkApp(c, p)
	if code == "" && (q.limit < 1 || q.limit > mostReports) {
		c.Explain("Limit: want 1 to %d", mostReports)
		code = "InvalidParameterValue.LimitVerifyFail"
	}
	if _, byPhone := p["PhoneNumber"]; byPhone && code == "" {
		code = q.readPhone(c, p)
	}
	if code != "" {
		refuse(c, code)
		return q, false
	}
	return q, !scripted(c)
}

func (q *query) readPhone(c *sim.Call, p params) string {
	phone, err := parsePhone(p.text("PhoneNumber"))
	q.phone = phone.E164()
	q.begin = time.Unix(p.number("BeginTime"), 0)
	if _, ok := p["EndTime"]; ok {
		q.end = time.Unix(p.number("EndTime"), 0)
	}
	switch {
	case err != nil:
		c.Explain("PhoneNumber: not a phone number")
		return "InvalidParameterValue.IncorrectPhoneNumber"
	case p.number("Offset") != 0:
		c.Explain("Offset: want 0")
		return "InvalidParameterValue.OffsetVerifyFail"
	case c.Now.Sub(q.begin) > reportsKept:
		c.Explain("BeginTime: more than seven days ago")
		return "InvalidParameterValue.BeginTimeVerifyFail"
	case q.end.Before(q.begin):
		c.Explain("EndTime: before BeginTime")
		return "InvalidParameterValue.EndTimeVerifyFail"
	}
	return ""
}

// pullDeliveries is PullSmsSendStatus.
func (s *Service) pullDeliveries(c *sim.Call, p params) {
	pull(s, c, p, &s.deliveries, replyDeliveries)
}

// pullDeliveriesByPhone is PullSmsSendStatusByPhoneNumber.
func (s *Service) pullDeliveriesByPhone(c *sim.Call, p params) {
	lookUp(s, c, p, &s.deliveries, func(q query, d Delivery) bool { return q.has(d.Phone, d.At) }, replyDeliveries)
}

// pullReplies is PullSmsReplyStatus.
func (s *Service) pullReplies(c *sim.Call, p params) {
	pull(s, c, p, &s.replies, replyReplies)
}

// pullRepliesByPhone is PullSmsReplyStatusByPhoneNumber.
func (s *Service) pullRepliesByPhone(c *sim.Call, p params) {
	lookUp(s, c, p, &s.replies, func(q query, r Reply) bool { return q.has(r.Phone, r.At) }, replyReplies)
}

// pull answers with what it takes out of a queue.
func pull[T any](s *Service, c *sim.Call, p params, b *box[T], answer func(*sim.Call, []T)) {
	if q, ok := s.readQuery(c, p); ok {
		answer(c, b.take(q.limit))
	}
}

// lookUp answers with the reports of one number, and takes nothing out of the
// queue.
func lookUp[T any](s *Service, c *sim.Call, p params, b *box[T], matches func(query, T) bool, answer func(*sim.Call, []T)) {
	q, ok := s.readQuery(c, p)
	if !ok {
		return
	}
	var found []T
	for _, report := range b.kept {
		if matches(q, report) {
			found = append(found, report)
		}
	}
	answer(c, found[:min(len(found), int(q.limit))])
}
