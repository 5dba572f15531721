package tencent

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

var _ provider.ReportParser = (*Provider)(nil)

// ParseReports reads one push: an array of delivery reports, or one reply. Mount
// it with provider.ReportHandler under the addresses that are set in the console;
// one address can take both. Tencent signs nothing, so the path should be one that
// nobody can guess.
//
// Report.Extra of a reply holds "sign" and "extend_code", where they are set.
func (p *Provider) ParseReports(r *http.Request) ([]provider.Report, error) {
	if r.Method != http.MethodPost {
		return nil, p.badPush("want POST", nil)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, p.badPush("cannot read it", err)
	}
	reports, err := p.decodePush(body)
	if err != nil {
		return nil, p.badPush(err.Error(), nil)
	}
	return reports, nil
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

func (p *Provider) badPush(problem string, err error) error {
	return &provider.Error{
		Provider: p.cfg.Name, Op: provider.OpReports, Kind: provider.KindUnavailable, Text: "unusable push: " + problem, Err: err,
	}
}

// pushedDelivery is one element of a push of delivery reports. All values are
// strings by the document; numbers are taken too.
type pushedDelivery struct {
	At          httpx.Scalar `json:"user_receive_time"`
	Country     httpx.Scalar `json:"nationcode"`
	Mobile      httpx.Scalar `json:"mobile"`
	Status      httpx.Scalar `json:"report_status"`
	Code        httpx.Scalar `json:"errmsg"`
	Description httpx.Scalar `json:"description"`
	Serial      httpx.Scalar `json:"sid"`
	Session     httpx.Scalar `json:"ext"`
}

// pushedReply is a push of a reply.
type pushedReply struct {
	At         httpx.Scalar  `json:"time"`
	Country    httpx.Scalar  `json:"nationcode"`
	Mobile     httpx.Scalar  `json:"mobile"`
	Sign       httpx.Scalar  `json:"sign"`
	Text       *httpx.Scalar `json:"text"`
	ExtendCode httpx.Scalar  `json:"extend"`
}

// decodePush tells the two kinds of push apart by their form.
func (p *Provider) decodePush(body []byte) ([]provider.Report, error) {
	body = httpx.TrimJSON(body)
	if len(body) > 0 && body[0] == '[' {
		return p.decodeDeliveries(body)
	}
	var pushed pushedReply
	if err := httpx.DecodeJSON(body, &pushed); err != nil {
		return nil, err
	}
	if pushed.Mobile == "" || pushed.Text == nil {
		return nil, errors.New("neither a list of delivery reports nor a reply")
	}
	return []provider.Report{{
		Provider: p.cfg.Name, Kind: provider.ReportReply, Phone: pushedPhone(pushed.Country, pushed.Mobile),
		Reply: string(*pushed.Text), At: pushedTime(pushed.At), Extra: replyExtra(string(pushed.Sign), string(pushed.ExtendCode)),
	}}, nil
}

func (p *Provider) decodeDeliveries(body []byte) ([]provider.Report, error) {
	var pushed []pushedDelivery
	if err := json.Unmarshal(body, &pushed); err != nil {
		return nil, errors.New("not the expected JSON")
	}
	reports := make([]provider.Report, len(pushed))
	for i, d := range pushed {
		if d.Serial == "" {
			return nil, errors.New("[" + strconv.Itoa(i) + "].sid: missing")
		}
		reports[i] = p.pushedReport(d)
	}
	return reports, nil
}

func (p *Provider) pushedReport(d pushedDelivery) provider.Report {
	at, phone := pushedTime(d.At), pushedPhone(d.Country, d.Mobile)
	return provider.Report{
		Provider: p.cfg.Name, Kind: provider.ReportDelivery, Phone: phone, ID: string(d.Serial), Ref: string(d.Session), At: at,
		Status: provider.Status{
			State: stateOf(string(d.Status)), Code: string(d.Code), At: at,
			Text: provider.Redact(string(d.Description), string(d.Mobile), phone.National()),
		},
	}
}

// pushedPhone reads a number that may hold its country code too.
func pushedPhone(country, mobile httpx.Scalar) provider.Phone {
	return handset{string(country), string(mobile), string(mobile)}.phone()
}

// beijing is the zone of the times that the service writes out. Its documents
// name none; the whole country has one.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// pushedTime reads Unix seconds or a time of day in Beijing. What is neither is
// no time.
func pushedTime(text httpx.Scalar) time.Time {
	if seconds, err := strconv.ParseUint(string(text), 10, 64); err == nil {
		return timeOf(seconds)
	}
	at, err := time.ParseInLocation(time.DateTime, string(text), beijing)
	if err != nil {
		return time.Time{}
	}
	return at
}
