package ronglian

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
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
	AppID   string `json:"appId"`
	SMSType string `json:"smsType"`
	Count   string `json:"count"`
}

// PullReports takes up to limit reports out of the service's queue, at most 500
// in one call; 0 means 500. Where the service sends some that cannot be read, it
// returns the others and an error.
func (p *Provider) PullReports(ctx context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	if err := p.mainAccountOnly(provider.OpReports); err != nil {
		return nil, err
	}
	body, err := p.newGetArrived(kind, limit)
	if err != nil {
		return nil, err
	}
	answer, err := p.exchange(ctx, call{
		op: provider.OpReports, method: http.MethodPost, url: p.urls.getArrived, body: encode(body),
	})
	if err != nil {
		return nil, err
	}
	var (
		reports  []provider.Report
		problems []error
	)
	for i, raw := range answer.Reports {
		report, err := p.readPulled(raw, httpx.Scalar(body.SMSType))
		if err != nil {
			problems = append(problems, p.unreadable(fmt.Sprintf("reports[%d]", i), err))
			continue
		}
		reports = append(reports, report)
	}
	return reports, errors.Join(problems...)
}

func (p *Provider) newGetArrived(kind provider.ReportKind, limit int) (getArrived, error) {
	smsType := ""
	switch kind {
	case provider.ReportDelivery:
		smsType = typeDelivery
	case provider.ReportReply:
		smsType = typeReply
	default:
		return getArrived{}, p.reportError(provider.KindUnsupported, "kind: neither delivery nor reply")
	}
	if limit < 0 {
		return getArrived{}, p.reportError(provider.KindConfig, "limit: must not be negative")
	}
	if limit == 0 || limit > mostReports {
		limit = mostReports
	}
	return getArrived{AppID: p.cfg.AppID, SMSType: smsType, Count: strconv.Itoa(limit)}, nil
}

// readPulled reads one element of a reply. Its kind is the one that was asked
// for, unless it says otherwise.
func (p *Provider) readPulled(raw []byte, asked httpx.Scalar) (provider.Report, error) {
	var news arrival
	if err := httpx.DecodeJSON(raw, &news); err != nil {
		return provider.Report{}, err
	}
	if news.SMSType == "" {
		news.SMSType = asked
	}
	return p.report(news)
}

// ParseReports reads one push, JSON or XML, whatever its content type says.
func (p *Provider) ParseReports(r *http.Request) ([]provider.Report, error) {
	if r.Method != http.MethodPost {
		return nil, p.unreadable("push", errors.New("want POST"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, p.unreadable("push", err)
	}
	news, err := decodePush(body)
	if err != nil {
		return nil, p.unreadable("push", err)
	}
	report, err := p.report(news)
	if err != nil {
		return nil, p.unreadable("push", err)
	}
	return []provider.Report{report}, nil
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
	XMLName     xml.Name     `json:"-" xml:"Request"`
	Action      httpx.Scalar `json:"action" xml:"action"`
	SMSType     httpx.Scalar `json:"smsType" xml:"smsType"`
	Content     httpx.Scalar `json:"content" xml:"content"`
	FromNum     httpx.Scalar `json:"fromNum" xml:"fromNum"`
	DateSent    httpx.Scalar `json:"dateSent" xml:"dateSent"`
	DeliverCode httpx.Scalar `json:"deliverCode" xml:"deliverCode"`
	RecvTime    httpx.Scalar `json:"recvTime" xml:"recvTime"`
	Status      httpx.Scalar `json:"status" xml:"status"`
	ReqID       httpx.Scalar `json:"reqId" xml:"reqId"`
	SMSCount    httpx.Scalar `json:"smsCount" xml:"smsCount"`
	AppendCode  httpx.Scalar `json:"appendCode" xml:"appendCode"`
	SPCode      httpx.Scalar `json:"spCode" xml:"spCode"`
}

// decodePush reads the body of a push. The error does not repeat it.
func decodePush(body []byte) (arrival, error) {
	body = httpx.TrimJSON(body)
	news := arrival{}
	if bytes.HasPrefix(body, []byte("<")) {
		if err := xml.Unmarshal(body, &news); err != nil {
			return arrival{}, errors.New("not the expected XML")
		}
	} else {
		var envelope struct {
			Request json.RawMessage `json:"Request"`
		}
		if err := httpx.DecodeJSON(body, &envelope); err != nil {
			return arrival{}, err
		}
		if err := httpx.DecodeJSON(envelope.Request, &news); err != nil {
			return arrival{}, fmt.Errorf("Request: %w", err)
		}
	}
	if news.Action != "SMSArrived" {
		return arrival{}, errors.New("action: want SMSArrived")
	}
	return news, nil
}

// report translates a piece of news. A number or time that cannot be read is
// left out rather than fail the rest: the service would push it for ever, and
// what was pulled is gone from its queue.
func (p *Provider) report(news arrival) (provider.Report, error) {
	if news.FromNum == "" {
		return provider.Report{}, errors.New("fromNum: missing")
	}
	phone, _ := provider.ParsePhone(string(news.FromNum))
	report := provider.Report{Provider: p.cfg.Name, Phone: phone, At: news.at(), Extra: news.extra()}
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

// status is what became of a message. The carrier's code says more than the
// service's own.
func (a arrival) status() provider.Status {
	status := provider.Status{State: provider.StateFailed, Code: string(a.DeliverCode), At: a.at()}
	switch a.Status {
	case "0":
		status.State = provider.StateDelivered
	case "":
		status.State = provider.StateUnknown
	}
	if status.Code == "" {
		status.Code = string(a.Status)
	}
	return status
}

// at is when the news reached the service, or else when the text was sent.
func (a arrival) at() time.Time {
	for _, text := range []httpx.Scalar{a.RecvTime, a.DateSent} {
		if at, err := time.ParseInLocation(wireTime, string(text), beijing); err == nil {
			return at
		}
	}
	return time.Time{}
}

// extra holds what has no field in a Report.
func (a arrival) extra() map[string]string {
	extra := map[string]string{}
	for name, value := range map[string]httpx.Scalar{
		"dateSent": a.DateSent, "status": a.Status, "smsCount": a.SMSCount, "appendCode": a.AppendCode, "spCode": a.SPCode,
	} {
		if value != "" {
			extra[name] = string(value)
		}
	}
	return extra
}

// unreadable is the error for news that is not what the service promises.
func (p *Provider) unreadable(where string, err error) error {
	return &provider.Error{
		Provider: p.cfg.Name, Op: provider.OpReports, Kind: provider.KindUnavailable,
		Text: "unusable " + where, Err: err,
	}
}

func (p *Provider) reportError(kind provider.Kind, text string) error {
	return &provider.Error{Provider: p.cfg.Name, Op: provider.OpReports, Kind: kind, Text: text}
}
