package aliyunsim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	mostPushed = 100 // in one push
	pushTries  = 4
)

// Reply is a text that a phone's owner sent back to 短信服务.
type Reply struct {
	// Phone is the number in E.164 form.
	Phone string
	// Text is the reply.
	Text string
	// Sign is the signature of the text that was replied to, which older pages have.
	Sign string
	// DestCode is the extension of the number that was replied to.
	DestCode string
	// SequenceID is the number of the reply.
	SequenceID string
	// At is when it came.
	At time.Time
}

// pushedDelivery is an element of a push of reports. The order is that of the vendor's
// example.
type pushedDelivery struct {
	Phone      string `json:"phone_number"`
	SendTime   string `json:"send_time"`
	ReportTime string `json:"report_time"`
	Success    bool   `json:"success"`
	ErrCode    string `json:"err_code"`
	ErrMsg     string `json:"err_msg"`
	Size       string `json:"sms_size"`
	BizID      string `json:"biz_id"`
	OutID      string `json:"out_id"`
}

// PushDeliveries is the body that both products post for reports (SmsReport and
// DypnsSmsVerifyReport).
func PushDeliveries(deliveries ...Delivery) []byte {
	list := make([]pushedDelivery, len(deliveries))
	for i, d := range deliveries {
		list[i] = pushedDelivery{
			Phone: onWire(d.Phone), SendTime: wireTime(d.SentAt), ReportTime: wireTime(d.At), Success: !d.Failed,
			ErrCode: d.code(), ErrMsg: reportWords(d.code()), Size: strconv.Itoa(max(d.Size, 1)), BizID: d.BizID, OutID: d.OutID,
		}
	}
	return sim.JSON(http.StatusOK, contentType, list).Body
}

// pushedReply is an element of a push of replies.
type pushedReply struct {
	Phone      string `json:"phone_number"`
	Content    string `json:"content"`
	SendTime   string `json:"send_time"`
	DestCode   string `json:"dest_code"`
	SequenceID string `json:"sequence_id"`
	Sign       string `json:"sign_name,omitempty"`
}

// PushReplies is the body that 短信服务 posts for replies (SmsUp).
func PushReplies(replies ...Reply) []byte {
	list := make([]pushedReply, len(replies))
	for i, r := range replies {
		list[i] = pushedReply{onWire(r.Phone), r.Text, wireTime(r.At), r.DestCode, r.SequenceID, r.Sign}
	}
	return sim.JSON(http.StatusOK, contentType, list).Body
}

// PushReports empties the queues by posting what is in them to address, as 短信服务 does
// with the addresses that are set in the console: reports and replies each up to 100 at a
// time. A push is taken when it is answered with HTTP 200 and {"code":0}, in which 0 is a
// number. Another one is repeated three more times, at once where the real service waits
// for 1, 5 and 10 minutes, and then given up: what was in it is lost. PushReports returns
// how many reports and replies were taken, and why the others were not.
func (s *Service) PushReports(ctx context.Context, client *http.Client, address string) (int, error) {
	s.Lock()
	deliveries, replies := s.ledger.take(), s.replies
	s.replies = nil
	s.Unlock()
	p := newPusher(client, address)
	p.pushDeliveries(ctx, deliveries)
	for part := range slices.Chunk(replies, mostPushed) {
		p.push(ctx, PushReplies(part...), len(part))
	}
	return p.taken, errors.Join(p.problems...)
}

// PushReports empties the queue by posting what is in it to address, as PushReports of a
// Service does.
func (v *Verification) PushReports(ctx context.Context, client *http.Client, address string) (int, error) {
	v.Lock()
	deliveries := v.ledger.take()
	v.Unlock()
	p := newPusher(client, address)
	p.pushDeliveries(ctx, deliveries)
	return p.taken, errors.Join(p.problems...)
}

// pusher posts to one address, and counts what was taken.
type pusher struct {
	receiver sim.Receiver
	taken    int
	problems []error
}

func newPusher(client *http.Client, address string) *pusher {
	takes := sim.WantZero("code", `{"code":0,"msg":"接收成功"}`)
	return &pusher{receiver: sim.Receiver{Client: client, Address: address, Tries: pushTries, Takes: takes}}
}

func (p *pusher) pushDeliveries(ctx context.Context, deliveries []Delivery) {
	for part := range slices.Chunk(deliveries, mostPushed) {
		p.push(ctx, PushDeliveries(part...), len(part))
	}
}

func (p *pusher) push(ctx context.Context, body []byte, reports int) {
	if err := p.receiver.Push(ctx, "application/json;charset=UTF-8", body); err != nil {
		p.problems = append(p.problems, fmt.Errorf("aliyunsim: push: %w", err))
		return
	}
	p.taken += reports
}
