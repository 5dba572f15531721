package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var (
	_ provider.ReportPuller = (*Provider)(nil)
	_ provider.ReportParser = (*Provider)(nil)
)

// mostReports is how many reports the service gives at once.
const mostReports = 100

// PullReports takes up to 100 reports out of the application's queue. What was
// taken is gone: a reply that is lost on the way cannot be asked for again. The
// service's support may have to switch the queue on first.
//
// Report.Extra of a reply holds "sign" and "extend_code", where they are set.
func (p *Provider) PullReports(ctx context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	call := p.client.NewCall(provider.OpReports)
	if limit < 0 {
		return nil, call.Fail(provider.KindConfig, "limit: must not be negative")
	}
	if limit == 0 || limit > mostReports {
		limit = mostReports
	}
	request := p.sdk.pullDeliveries(uint64(limit))
	switch kind {
	case provider.ReportDelivery:
	case provider.ReportReply:
		request = p.sdk.pullReplies(uint64(limit))
	default:
		return nil, call.Fail(provider.KindConfig, "kind: no such kind: %d", int(kind))
	}
	var answer pulled
	if err := p.sdk.ask(ctx, call, request, &answer); err != nil {
		return nil, err
	}
	return p.named(answer.reports(call)), nil
}

// pulled is the answer to a pull of either kind. Rows may be null.
type pulled struct {
	Deliveries []*pulledDelivery `json:"PullSmsSendStatusSet"`
	Replies    []*pulledReply    `json:"PullSmsReplyStatusSet"`
}

type pulledDelivery struct {
	CountryCode, SubscriberNumber, PhoneNumber          adapter.Aside
	SerialNo, SessionContext, ReportStatus, Description adapter.Aside
	UserReceiveTime                                     adapter.Aside
}

type pulledReply struct {
	CountryCode, SubscriberNumber, PhoneNumber adapter.Aside
	ReplyContent, SignName, ExtendCode         adapter.Aside
	ReplyTime                                  adapter.Aside
}

func (d pulledDelivery) report(call *adapter.Call) provider.Report {
	from := handset{string(d.CountryCode), string(d.SubscriberNumber), string(d.PhoneNumber)}
	status := statusOf(call, from, d.ReportStatus, d.Description, "", d.UserReceiveTime)
	return newDelivery(from, string(d.SerialNo), string(d.SessionContext), status)
}

func (r pulledReply) report() provider.Report {
	from := handset{string(r.CountryCode), string(r.SubscriberNumber), string(r.PhoneNumber)}
	return newReply(from, string(r.ReplyContent), string(r.SignName), string(r.ExtendCode), timeOf(r.ReplyTime))
}

// reports translates what was pulled. What was is gone from the queue, so a value that
// cannot be read is left out rather than lose the others.
func (p pulled) reports(call *adapter.Call) []provider.Report {
	var reports []provider.Report
	for _, d := range p.Deliveries {
		if d != nil {
			reports = append(reports, d.report(call))
		}
	}
	for _, r := range p.Replies {
		if r != nil {
			reports = append(reports, r.report())
		}
	}
	return reports
}

// statusOf reads the state of a text. What stands in the place of a carrier's code is
// free text where the carrier says none, and may hold the number as the words may.
func statusOf(call *adapter.Call, from handset, state, said, words, at adapter.Aside) provider.Status {
	strike := func(text adapter.Aside) string {
		return provider.Redact(string(text), from.national, from.phone().National())
	}
	code, text := string(said), ""
	if _, listed := reportCodes.Lookup(code); !listed {
		code, text = call.StatusCode(strike(said), false)
	}
	text = strings.TrimSpace(text + " " + call.Redact(strike(words)))
	return newStatus(string(state), code, text, timeOf(at))
}

func newDelivery(from handset, serial, session string, status provider.Status) provider.Report {
	return provider.Report{
		Kind: provider.ReportDelivery, Phone: from.phone(), ID: serial, Ref: session, Status: status, At: status.At,
	}
}

func newReply(from handset, text, sign, extendCode string, at time.Time) provider.Report {
	return provider.Report{
		Kind: provider.ReportReply, Phone: from.phone(), Reply: text, At: at, Extra: extra("sign", sign, "extend_code", extendCode),
	}
}

// ParseReports reads one push: an array of delivery reports, or one reply. Mount
// it with provider.ReportHandler under the addresses that are set in the console;
// one address can take both. Tencent signs nothing; see provider.RequireSecret. A
// delivery report that cannot be used does not spoil the others: it is in the error,
// which is provider.BadReports then.
//
// Report.Extra of a reply holds "sign" and "extend_code", where they are set.
func (p *Provider) ParseReports(r *http.Request) ([]provider.Report, error) {
	call := p.client.NewCall(provider.OpReports)
	body, err := call.Push(r)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(body, []byte("[")) {
		report, err := decodeReply(body)
		if err != nil {
			return nil, call.UnusablePush(err.Error())
		}
		return p.named([]provider.Report{report}), nil
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, call.UnusablePush("not the expected JSON")
	}
	reports, bad := decodeDeliveries(call, rows)
	if len(bad) > 0 {
		return p.named(reports), bad
	}
	return p.named(reports), nil
}

// AcknowledgeReports writes the JSON that Tencent wants. It repeats a push that
// failed two more times.
func (p *Provider) AcknowledgeReports(w http.ResponseWriter, err error) {
	status, body := http.StatusOK, `{"result":0,"errmsg":"OK"}`
	if err != nil {
		status, body = http.StatusInternalServerError, `{"result":1,"errmsg":"error"}`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// named puts the provider's name into reports.
func (p *Provider) named(reports []provider.Report) []provider.Report {
	for i := range reports {
		reports[i].Provider = p.Name()
	}
	return reports
}

func decodeReply(body []byte) (provider.Report, error) {
	var pushed pushedReply
	if err := adapter.DecodeJSON(body, &pushed); err != nil {
		return provider.Report{}, err
	}
	if pushed.Mobile == "" || pushed.Text == nil {
		return provider.Report{}, errors.New("neither a list of delivery reports nor a reply")
	}
	return pushed.report(), nil
}

// decodeDeliveries reads each row by itself.
func decodeDeliveries(call *adapter.Call, rows []json.RawMessage) (reports []provider.Report, bad provider.BadReports) {
	for i, row := range rows {
		report, err := decodeDelivery(call, row)
		if err != nil {
			bad = append(bad, call.UnusablePush(fmt.Sprintf("[%d]: %v", i, err)))
			continue
		}
		reports = append(reports, report)
	}
	return reports, bad
}

func decodeDelivery(call *adapter.Call, row []byte) (provider.Report, error) {
	var pushed pushedDelivery
	if err := adapter.DecodeJSON(row, &pushed); err != nil {
		return provider.Report{}, err
	}
	if pushed.Serial == "" {
		return provider.Report{}, errors.New("sid: missing")
	}
	return pushed.report(call), nil
}

// pushedDelivery is one element of a push of delivery reports. All values are
// strings by the document; numbers are taken too. Only the Serial decides whether the
// element is a report: it says which text.
type pushedDelivery struct {
	At      adapter.Aside  `json:"user_receive_time"`
	Country adapter.Aside  `json:"nationcode"`
	Mobile  adapter.Aside  `json:"mobile"`
	State   adapter.Aside  `json:"report_status"`
	Code    adapter.Aside  `json:"errmsg"`
	Words   adapter.Aside  `json:"description"`
	Serial  adapter.Scalar `json:"sid"`
	Session adapter.Aside  `json:"ext"`
}

func (d pushedDelivery) report(call *adapter.Call) provider.Report {
	from := handset{string(d.Country), string(d.Mobile), string(d.Mobile)}
	status := statusOf(call, from, d.State, d.Code, d.Words, d.At)
	return newDelivery(from, string(d.Serial), string(d.Session), status)
}

// pushedReply is a push of a reply. Number and text decide that it is one.
type pushedReply struct {
	At         adapter.Aside   `json:"time"`
	Country    adapter.Aside   `json:"nationcode"`
	Mobile     adapter.Scalar  `json:"mobile"`
	Sign       adapter.Aside   `json:"sign"`
	Text       *adapter.Scalar `json:"text"`
	ExtendCode adapter.Aside   `json:"extend"`
}

func (r pushedReply) report() provider.Report {
	from := handset{string(r.Country), string(r.Mobile), string(r.Mobile)}
	return newReply(from, string(*r.Text), string(r.Sign), string(r.ExtendCode), timeOf(r.At))
}

// handset is a number as reports have it: in parts and as a whole. Either may be
// missing, and the whole of a push may lack its country code.
type handset struct{ country, national, whole string }

// phone reads the number. The parts go first, because a whole without a plus can
// look like a number of another country: 13105550123 is one of the United States
// and one of mainland China. What is no phone number, such as a carrier's service
// number, gives the zero Phone: the rest of the report is worth having.
func (h handset) phone() provider.Phone {
	country := strings.TrimLeft(h.country, "+0")
	if phone, err := provider.NewPhone(country, h.national); err == nil {
		return phone
	}
	phone, err := provider.ParsePhone(h.whole)
	if err != nil || country != "" && phone.CountryCode() != country {
		return provider.Phone{}
	}
	return phone
}

// latest is the last second of the year 9999, the latest that JSON can hold.
const latest = 253402300799

// timeOf reads Unix seconds or a time of day in Beijing, the zone that the service's
// documents do not name. What is neither is no time, and neither is 0.
func timeOf(text adapter.Aside) time.Time {
	if seconds, err := strconv.ParseUint(string(text), 10, 64); err == nil {
		if seconds == 0 || seconds > latest {
			return time.Time{}
		}
		return time.Unix(int64(seconds), 0)
	}
	at, err := time.ParseInLocation(time.DateTime, string(text), adapter.Beijing)
	if err != nil {
		return time.Time{}
	}
	return at
}
