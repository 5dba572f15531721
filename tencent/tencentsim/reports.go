package tencentsim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	mostReports = 100 // in one reply, and in one push
	keptReports = 1000
	keptFor     = 7 * 24 * time.Hour
	pushTries   = 3
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

// report is a Delivery or a Reply.
type report interface {
	about() (phone string, at time.Time)
}

func (d Delivery) about() (phone string, at time.Time) { return d.Phone, d.At }
func (r Reply) about() (phone string, at time.Time)    { return r.Phone, r.At }

// Report says what became of a text. It goes into the queue that
// PullSmsSendStatus and PushReports empty, and is found by its number for seven
// days.
func (s *Service) Report(d Delivery) {
	s.Lock()
	defer s.Unlock()
	s.deliveries.add(d)
}

// Receive takes a reply. It goes into the queue that PullSmsReplyStatus and
// PushReports empty, and is found by its number for seven days.
func (s *Service) Receive(r Reply) {
	s.Lock()
	defer s.Unlock()
	s.replies.add(r)
}

// box holds reports in two ways: a queue, from which each is taken once, and the
// newest ones for looking up.
type box[T report] struct{ queue, kept []T }

func (b *box[T]) add(one T) {
	newest := func(list []T) []T { return slices.Delete(list, 0, max(0, len(list)-keptReports)) }
	b.queue, b.kept = newest(append(b.queue, one)), newest(append(b.kept, one))
}

func (b *box[T]) take(limit int64) []T {
	n := min(int(limit), len(b.queue))
	taken := slices.Clone(b.queue[:n])
	b.queue = slices.Delete(b.queue, 0, n)
	return taken
}

// find returns the reports of one number, and takes nothing out of the queue.
func (b *box[T]) find(q query) []T {
	var found []T
	for _, one := range b.kept {
		phone, at := one.about()
		if phone == q.phone && !at.Before(q.begin) && !at.After(q.end) && len(found) < int(q.limit) {
			found = append(found, one)
		}
	}
	return found
}

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

func readQuery(c *sim.Call, p params) query {
	q := query{limit: p.number("Limit"), phone: e164(p.text("PhoneNumber")), begin: time.Unix(p.number("BeginTime"), 0), end: c.Now}
	if _, ok := p["EndTime"]; ok {
		q.end = time.Unix(p.number("EndTime"), 0)
	}
	return q
}

// judgeDeliveries decides about PullSmsSendStatus and PullSmsSendStatusByPhoneNumber.
func (s *Service) judgeDeliveries(c *sim.Call, p params) sim.Outcome {
	answer := func(found []Delivery) any { return response{PullSmsSendStatusSet: deliveryRows(found)} }
	return pull(s, c, p, &s.deliveries, answer)
}

// judgeReplies decides about PullSmsReplyStatus and PullSmsReplyStatusByPhoneNumber.
func (s *Service) judgeReplies(c *sim.Call, p params) sim.Outcome {
	answer := func(found []Reply) any { return response{PullSmsReplyStatusSet: replyRows(found)} }
	return pull(s, c, p, &s.replies, answer)
}

// pull takes reports out of a queue, or looks up those of a number.
func pull[T report](s *Service, c *sim.Call, p params, b *box[T], answer func([]T) any) sim.Outcome {
	if o := sim.FirstRefusal(c, p, s.checkApp, checkPull); o.Refused() {
		return o
	}
	q := readQuery(c, p)
	if q.phone == "" {
		return sim.Outcome{Then: func() any { return answer(b.take(q.limit)) }}
	}
	return sim.Grant(answer(b.find(q)))
}

func checkPull(c *sim.Call, p params) sim.Outcome {
	q := readQuery(c, p)
	_, byPhone := p["PhoneNumber"]
	switch {
	case q.limit < 1 || q.limit > mostReports:
		return sim.Refuse(badLimit, "Limit: want 1 to %d", mostReports)
	case !byPhone:
		return sim.Outcome{}
	case !isPhone(q.phone):
		return sim.Refuse(badNumber, "PhoneNumber: not a phone number")
	case p.number("Offset") != 0:
		return sim.Refuse(badOffset, "Offset: want 0")
	case c.Now.Sub(q.begin) > keptFor:
		return sim.Refuse(badBegin, "BeginTime: more than seven days ago")
	case q.end.Before(q.begin):
		return sim.Refuse(badEnd, "EndTime: before BeginTime")
	}
	return sim.Outcome{}
}

// PushReports empties the queues by posting what is in them to address, as the
// service does with the address that is set in the console: delivery reports up
// to 100 at a time, replies one by one. A push that is not answered with
// {"result":0} is repeated two more times and then given up, and what was in it is
// lost. PushReports returns how many reports and replies were taken, and why the
// others were not.
func (s *Service) PushReports(ctx context.Context, client *http.Client, address string) (int, error) {
	s.Lock()
	deliveries, replies := s.deliveries.take(keptReports), s.replies.take(keptReports)
	s.Unlock()
	receiver := sim.Receiver{Client: client, Address: address, Tries: pushTries, Takes: sim.WantZero("result", `{"result":0,"errmsg":"OK"}`)}
	taken, problems := 0, []error(nil)
	push := func(body []byte, reports int) {
		if err := receiver.Push(ctx, contentType, body); err != nil {
			problems = append(problems, fmt.Errorf("tencentsim: push: %w", err))
			return
		}
		taken += reports
	}
	for part := range slices.Chunk(deliveries, mostReports) {
		push(PushDeliveries(part...), len(part))
	}
	for _, reply := range replies {
		push(PushReply(reply), 1)
	}
	return taken, errors.Join(problems...)
}
