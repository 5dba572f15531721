package ronglian

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// mostReports is how many reports one GetArrived returns at most.
const mostReports = 500

// What news is about, as smsType says.
const (
	typeReply    = "0"
	typeDelivery = "1"
)

// getArrived is the body of a request for news.
type getArrived struct {
	AppID   string         `json:"appId"`
	SMSType adapter.Scalar `json:"smsType"`
	Count   string         `json:"count"`
}

// PullReports takes up to limit reports out of the service's queue, at most 500 in
// one call; 0 means 500. Where the service sends some that cannot be read, it returns
// the others and an error.
func (p *Provider) PullReports(ctx context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	call := p.client.NewCall(provider.OpReports)
	if err := p.mainAccountOnly(call); err != nil {
		return nil, err
	}
	body, err := p.newGetArrived(call, kind, limit)
	if err != nil {
		return nil, err
	}
	answer, err := p.exchange(ctx, call, adapter.Request{Path: p.accountPath() + "/SMS/GetArrived", JSON: body})
	if err != nil {
		return nil, err
	}
	list, err := answer.reports()
	if err != nil {
		return nil, call.Unusable(err.Error())
	}
	var (
		reports  []provider.Report
		problems []error
	)
	for i, raw := range list {
		report, err := p.readPulled(raw, body.SMSType)
		if err != nil {
			problems = append(problems, call.Unusable(fmt.Sprintf("reports[%d]: %v", i, err)))
			continue
		}
		reports = append(reports, report)
	}
	return reports, errors.Join(problems...)
}

func (p *Provider) newGetArrived(call *adapter.Call, kind provider.ReportKind, limit int) (getArrived, error) {
	body := getArrived{AppID: p.config().AppID}
	switch kind {
	case provider.ReportDelivery:
		body.SMSType = typeDelivery
	case provider.ReportReply:
		body.SMSType = typeReply
	default:
		return getArrived{}, call.Fail(provider.KindUnsupported, "kind: neither delivery nor reply")
	}
	if limit < 0 {
		return getArrived{}, call.Fail(provider.KindConfig, "limit: must not be negative")
	}
	if limit == 0 || limit > mostReports {
		limit = mostReports
	}
	body.Count = strconv.Itoa(limit)
	return body, nil
}

// readPulled reads one element of a reply. Its kind is the one that was asked for,
// unless it says otherwise.
func (p *Provider) readPulled(raw []byte, asked adapter.Scalar) (provider.Report, error) {
	var news arrival
	if err := adapter.DecodeJSON(raw, &news); err != nil {
		return provider.Report{}, err
	}
	news.SMSType = cmp.Or(news.SMSType, asked)
	return p.report(news)
}

// ParseReports reads one push, JSON or XML, whatever its content type says, in any
// charset; see adapter.Call.Push. A push is one report, and when only that cannot be
// used, the error is provider.BadReports.
func (p *Provider) ParseReports(r *http.Request) ([]provider.Report, error) {
	call := p.client.NewCall(provider.OpReports)
	body, err := call.Push(r)
	if err != nil {
		return nil, err
	}
	report, err := p.readPush(body)
	var bad provider.BadReports
	switch {
	case errors.As(err, &bad):
		return nil, provider.BadReports{call.UnusablePush(bad.Error())}
	case err != nil:
		return nil, call.UnusablePush(err.Error())
	}
	return []provider.Report{report}, nil
}

func (p *Provider) readPush(body []byte) (provider.Report, error) {
	news, err := decodePush(body)
	if err != nil {
		return provider.Report{}, err
	}
	report, err := p.report(news)
	if err != nil {
		return provider.Report{}, provider.BadReports{err}
	}
	return report, nil
}

// AcknowledgeReports answers 200 without a body, or 500. The vendor's own wish
// is not documented; this is what public receivers answer.
func (p *Provider) AcknowledgeReports(w http.ResponseWriter, err error) {
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// arrival is one piece of news: a delivery report or a reply.
type arrival struct {
	XMLName     xml.Name       `json:"-" xml:"Request"`
	Action      adapter.Scalar `json:"action" xml:"action"`
	SMSType     adapter.Scalar `json:"smsType" xml:"smsType"`
	Content     adapter.Scalar `json:"content" xml:"content"`
	FromNum     adapter.Scalar `json:"fromNum" xml:"fromNum"`
	DateSent    adapter.Scalar `json:"dateSent" xml:"dateSent"`
	DeliverCode adapter.Scalar `json:"deliverCode" xml:"deliverCode"`
	RecvTime    adapter.Scalar `json:"recvTime" xml:"recvTime"`
	Status      adapter.Scalar `json:"status" xml:"status"`
	ReqID       adapter.Scalar `json:"reqId" xml:"reqId"`
	SMSCount    adapter.Scalar `json:"smsCount" xml:"smsCount"`
	AppendCode  adapter.Scalar `json:"appendCode" xml:"appendCode"`
	SPCode      adapter.Scalar `json:"spCode" xml:"spCode"`
}

// decodePush reads the body of a push. The error does not repeat it.
func decodePush(body []byte) (arrival, error) {
	decode := decodeJSONPush
	if bytes.HasPrefix(body, []byte("<")) {
		decode = func(body []byte, news *arrival) error { return adapter.DecodeXML(body, news) }
	}
	var news arrival
	if err := decode(body, &news); err != nil {
		return arrival{}, err
	}
	if news.Action != "SMSArrived" {
		return arrival{}, errors.New("action: want SMSArrived")
	}
	return news, nil
}

func decodeJSONPush(body []byte, news *arrival) error {
	var envelope struct {
		Request json.RawMessage `json:"Request"`
	}
	if err := adapter.DecodeJSON(body, &envelope); err != nil {
		return err
	}
	request, err := adapter.JSONObject(envelope.Request)
	if err != nil {
		return fmt.Errorf("Request: %w", err)
	}
	if err := adapter.DecodeJSON(request, news); err != nil {
		return provider.BadReports{fmt.Errorf("Request: %w", err)}
	}
	return nil
}

// report translates a piece of news. A number or time that cannot be read is
// left out rather than fail the rest: the service would push it for ever, and
// what was pulled is gone from its queue.
func (p *Provider) report(news arrival) (provider.Report, error) {
	if news.FromNum == "" {
		return provider.Report{}, errors.New("fromNum: missing")
	}
	phone, _ := provider.ParsePhone(string(news.FromNum))
	report := provider.Report{Provider: p.Name(), Phone: phone, At: news.at(), Extra: news.extra()}
	switch news.SMSType {
	case typeReply:
		report.Kind = provider.ReportReply
		report.Reply = string(news.Content)
	case typeDelivery:
		if news.Content == "" {
			return provider.Report{}, errors.New("content: missing")
		}
		report.Kind = provider.ReportDelivery
		report.ID = string(news.Content)
		report.Ref = string(news.ReqID)
		report.Status = news.status()
	default:
		return provider.Report{}, errors.New("smsType: neither 0 nor 1")
	}
	return report, nil
}

// status is how far a message has come. The carrier's code says more than the
// service's own.
func (a arrival) status() provider.Status {
	status := provider.Status{State: provider.StateFailed, Code: string(cmp.Or(a.DeliverCode, a.Status)), At: a.at()}
	switch a.Status {
	case "0":
		status.State = provider.StateDelivered
	case "":
		status.State = provider.StateUnknown
	default:
		reason, _ := codes.Table("report").Lookup(status.Code)
		status.Kind = reason.Kind
	}
	return status
}

// at is when the news reached the service, or else when the text was sent.
func (a arrival) at() time.Time {
	for _, text := range []adapter.Scalar{a.RecvTime, a.DateSent} {
		if at, err := time.ParseInLocation(wireTime, string(text), adapter.Beijing); err == nil {
			return at
		}
	}
	return time.Time{}
}

// extra holds what has no field in a Report.
func (a arrival) extra() map[string]string {
	extra := map[string]string{}
	for name, value := range map[string]adapter.Scalar{
		"dateSent": a.DateSent, "status": a.Status, "smsCount": a.SMSCount, "appendCode": a.AppendCode, "spCode": a.SPCode,
	} {
		if value != "" {
			extra[name] = string(value)
		}
	}
	return extra
}
