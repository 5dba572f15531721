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
	call := p.newCall(provider.OpReports)
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
	return p.named(answer.reports()), nil
}

// pulled is the answer to a pull of either kind. Rows may be null.
type pulled struct {
	Deliveries []*pulledDelivery `json:"PullSmsSendStatusSet"`
	Replies    []*pulledReply    `json:"PullSmsReplyStatusSet"`
}

type pulledDelivery struct {
	CountryCode, SubscriberNumber, PhoneNumber          adapter.Scalar
	SerialNo, SessionContext, ReportStatus, Description adapter.Scalar
	UserReceiveTime                                     uint64
}

type pulledReply struct {
	CountryCode, SubscriberNumber, PhoneNumber adapter.Scalar
	ReplyContent, SignName, ExtendCode         adapter.Scalar
	ReplyTime                                  uint64
}

func (d pulledDelivery) report() provider.Report {
	from := handset{string(d.CountryCode), string(d.SubscriberNumber), string(d.PhoneNumber)}
	status := newStatus(string(d.ReportStatus), string(d.Description), "", timeOf(d.UserReceiveTime))
	return newDelivery(from, string(d.SerialNo), string(d.SessionContext), status)
}

func (r pulledReply) report() provider.Report {
	from := handset{string(r.CountryCode), string(r.SubscriberNumber), string(r.PhoneNumber)}
	return newReply(from, string(r.ReplyContent), string(r.SignName), string(r.ExtendCode), timeOf(r.ReplyTime))
}

func (p pulled) reports() []provider.Report {
	var reports []provider.Report
	for _, d := range p.Deliveries {
		if d != nil {
			reports = append(reports, d.report())
		}
	}
	for _, r := range p.Replies {
		if r != nil {
			reports = append(reports, r.report())
		}
	}
	return reports
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
	call := p.newCall(provider.OpReports)
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
		report, err := decodeDelivery(row)
		if err != nil {
			bad = append(bad, call.UnusablePush(fmt.Sprintf("[%d]: %v", i, err)))
			continue
		}
		reports = append(reports, report)
	}
	return reports, bad
}

func decodeDelivery(row []byte) (provider.Report, error) {
	var pushed pushedDelivery
	if err := adapter.DecodeJSON(row, &pushed); err != nil {
		return provider.Report{}, err
	}
	if pushed.Serial == "" {
		return provider.Report{}, errors.New("sid: missing")
	}
	return pushed.report(), nil
}

// pushedDelivery is one element of a push of delivery reports. All values are
// strings by the document; numbers are taken too.
type pushedDelivery struct {
	At      adapter.Scalar `json:"user_receive_time"`
	Country adapter.Scalar `json:"nationcode"`
	Mobile  adapter.Scalar `json:"mobile"`
	State   adapter.Scalar `json:"report_status"`
	Code    adapter.Scalar `json:"errmsg"`
	Words   adapter.Scalar `json:"description"`
	Serial  adapter.Scalar `json:"sid"`
	Session adapter.Scalar `json:"ext"`
}

func (d pushedDelivery) report() provider.Report {
	from := handset{string(d.Country), string(d.Mobile), string(d.Mobile)}
	words := provider.Redact(string(d.Words), string(d.Mobile), from.phone().National())
	return newDelivery(from, string(d.Serial), string(d.Session), newStatus(string(d.State), string(d.Code), words, pushedTime(d.At)))
}

// pushedReply is a push of a reply.
type pushedReply struct {
	At         adapter.Scalar  `json:"time"`
	Country    adapter.Scalar  `json:"nationcode"`
	Mobile     adapter.Scalar  `json:"mobile"`
	Sign       adapter.Scalar  `json:"sign"`
	Text       *adapter.Scalar `json:"text"`
	ExtendCode adapter.Scalar  `json:"extend"`
}

func (r pushedReply) report() provider.Report {
	from := handset{string(r.Country), string(r.Mobile), string(r.Mobile)}
	return newReply(from, string(*r.Text), string(r.Sign), string(r.ExtendCode), pushedTime(r.At))
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

// timeOf reads Unix seconds; 0 and nonsense are no time.
func timeOf(seconds uint64) time.Time {
	if seconds == 0 || seconds > latest {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// pushedTime reads Unix seconds or a time of day in Beijing, the zone that the
// service's documents do not name. What is neither is no time.
func pushedTime(text adapter.Scalar) time.Time {
	if seconds, err := strconv.ParseUint(string(text), 10, 64); err == nil {
		return timeOf(seconds)
	}
	at, err := time.ParseInLocation(time.DateTime, string(text), adapter.Beijing)
	if err != nil {
		return time.Time{}
	}
	return at
}
