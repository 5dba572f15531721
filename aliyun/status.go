package aliyun

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var (
	_ provider.StatusReader = (*Provider)(nil)
	_ provider.StatusReader = (*Verification)(nil)
)

const (
	// keptFor is how far back the service can be asked.
	keptFor = 30 * 24 * time.Hour
	// clockSkew is how far the service's clock may be from ours: beyond that it accepts
	// no signature.
	clockSkew = 15 * time.Minute
	// queryDate is how a day is written in a question.
	queryDate = "20060102"
)

// ReadStatus asks what became of a text. Around midnight in Beijing it asks for both days.
// After 30 days, when the service has forgotten, the state is StateUnknown.
func (p *Provider) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	return p.readStatus(ctx, r)
}

// ReadStatus asks what became of a text. Around midnight in Beijing it asks for both days.
// After 30 days, when the service has forgotten, the state is StateUnknown.
func (v *Verification) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	return v.readStatus(ctx, r)
}

func (p product) readStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	call, err := p.client.NewStatus(r)
	switch {
	case err != nil:
		return provider.Status{}, err
	case r.To.IsZero():
		return provider.Status{}, call.Fail(provider.KindConfig, "Receipt.To: no phone number")
	case r.At.IsZero():
		return provider.Status{}, call.Fail(provider.KindConfig, "Receipt.At: no time; Aliyun is asked by the day")
	case p.client.Now().Sub(r.At) > keptFor:
		return provider.Status{}, nil
	}
	for _, day := range daysOf(r.At) {
		status, found, err := p.statusOn(ctx, call, r, day)
		if err != nil || found {
			return status, err
		}
	}
	return provider.Status{}, nil
}

// daysOf is the day of a time in Beijing, and the one beside it where the service's clock
// may say another.
func daysOf(at time.Time) []string {
	at = at.In(adapter.Beijing)
	days := []string{at.Format(queryDate)}
	for _, other := range []time.Time{at.Add(-clockSkew), at.Add(clockSkew)} {
		if day := other.Format(queryDate); day != days[0] {
			days = append(days, day)
		}
	}
	return days
}

// statusOn asks for the text among those of one day.
func (p product) statusOn(ctx context.Context, call *adapter.Call, r provider.Receipt, day string) (status provider.Status, found bool, err error) {
	form := adapter.Form{
		{Name: "BizId", Value: r.ID},
		{Name: "CurrentPage", Value: "1"},
		{Name: "PageSize", Value: "50"},
		{Name: "PhoneNumber", Value: numberOf(r.To)},
		{Name: "SendDate", Value: day},
	}
	answer, err := p.ask(ctx, call, "QuerySendDetails", form)
	if err != nil {
		return provider.Status{}, false, err
	}
	for _, d := range answer.details() {
		if phone := phoneOf(string(d.PhoneNum)); phone.IsZero() || phone == r.To {
			return d.status(call, r.To), true, nil
		}
	}
	return provider.Status{}, false, nil
}

// detail is what QuerySendDetails says of one text. Its Content holds the code, and is not
// read.
type detail struct {
	PhoneNum, SendStatus, ErrCode adapter.Aside
	ReceiveDate                   adapter.Aside
}

// details are the texts of an answer: in a list of 短信认证, and in a list inside an object
// of 短信服务. One that cannot be read is none.
func (r reply) details() []detail {
	var inner struct {
		List json.RawMessage `json:"SmsSendDetailDTO"`
	}
	_ = json.Unmarshal(r.Details, &inner)
	return append(rowsOf[detail](inner.List), rowsOf[detail](r.Model)...)
}

// rowsOf reads a list of objects. What is none is left out.
func rowsOf[T any](list []byte) []T {
	var raw []json.RawMessage
	_ = json.Unmarshal(list, &raw)
	var rows []T
	for _, one := range raw {
		var row T
		if adapter.DecodeJSON(one, &row) == nil {
			rows = append(rows, row)
		}
	}
	return rows
}

// The states of QuerySendDetails.
const (
	waiting   = "1"
	failed    = "2"
	delivered = "3"
)

func (d detail) status(call *adapter.Call, to provider.Phone) provider.Status {
	status := provider.Status{At: timeOf(string(d.ReceiveDate))}
	status.Code, status.Text = carrierCode(call, string(d.ErrCode), to)
	switch string(d.SendStatus) {
	case waiting:
		status.State = provider.StatePending
	case delivered:
		status.State = provider.StateDelivered
	case failed:
		status.State, status.Kind = ofFailure(status.Code)
	}
	if status.Code == handedOver {
		status.State = provider.StateSent
	}
	return status
}

// ofFailure is what a report of a failure says, as far as its code tells. Some codes say
// only that nobody knows.
func ofFailure(code string) (provider.State, provider.Kind) {
	row, _ := reportCodes.Lookup(code)
	if row.MayHaveSent {
		return provider.StateUnknown, provider.KindUnknown
	}
	return provider.StateFailed, row.Kind
}

// carrierCode is the code of a receipt. What stands in its place is free text where the
// carrier says none, and may hold the number.
func carrierCode(call *adapter.Call, said string, to provider.Phone) (code, text string) {
	if _, listed := reportCodes.Lookup(said); listed {
		return said, ""
	}
	return call.StatusCode(provider.Redact(said, to.National()), false)
}

// timeOf reads a time of day in Beijing, the zone that the documents do not name. What is
// none is the zero time.
func timeOf(text string) time.Time {
	at, err := time.ParseInLocation(time.DateTime, strings.TrimSpace(text), adapter.Beijing)
	if err != nil {
		return time.Time{}
	}
	return at
}

// phoneOf reads a number as the service writes it: without a plus. What is none, such as a
// carrier's service number, is the zero Phone.
func phoneOf(text string) provider.Phone {
	if phone, err := provider.ParsePhone(text); err == nil {
		return phone
	}
	phone, _ := provider.ParsePhone("+" + text)
	return phone
}
