package aliyun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var (
	_ provider.ReportParser = (*Provider)(nil)
	_ provider.ReportParser = (*Verification)(nil)
)

// ParseReports reads one push: an array of delivery reports (SmsReport), or one of replies
// (SmsUp). Mount it with provider.ReportHandler under the addresses that are set in the
// console; one address can take both. Aliyun signs nothing; see provider.RequireSecret. A
// report that cannot be used does not spoil the others: it is in the error, which is
// provider.BadReports then.
//
// Report.Extra of a reply holds "sign", "dest_code" and "sequence_id", where they are set.
func (p *Provider) ParseReports(r *http.Request) ([]provider.Report, error) { return p.parseReports(r) }

// ParseReports reads one push of delivery reports (DypnsSmsVerifyReport), as that of a
// Provider does.
func (v *Verification) ParseReports(r *http.Request) ([]provider.Report, error) {
	return v.parseReports(r)
}

// AcknowledgeReports writes the JSON that Aliyun wants. It repeats a push that failed
// after 1, 5 and 10 minutes.
func (p *Provider) AcknowledgeReports(w http.ResponseWriter, err error) { acknowledge(w, err) }

// AcknowledgeReports writes the JSON that Aliyun wants. It repeats a push that failed
// after 1, 5 and 10 minutes.
func (v *Verification) AcknowledgeReports(w http.ResponseWriter, err error) { acknowledge(w, err) }

func acknowledge(w http.ResponseWriter, err error) {
	status, body := http.StatusOK, `{"code":0,"msg":"接收成功"}`
	if err != nil {
		status, body = http.StatusInternalServerError, `{"code":1,"msg":"接收失败"}`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (p product) parseReports(r *http.Request) ([]provider.Report, error) {
	call := p.client.NewCall(provider.OpReports)
	body, err := call.Push(r)
	if err != nil {
		return nil, err
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(adapter.TrimJSON(body), &rows); err != nil || rows == nil {
		return nil, call.UnusablePush("not a JSON array")
	}
	var reports []provider.Report
	var bad provider.BadReports
	for i, row := range rows {
		report, err := decodeReport(call, row)
		if err != nil {
			bad = append(bad, call.UnusablePush(fmt.Sprintf("[%d]: %v", i, err)))
			continue
		}
		report.Provider = p.client.Name()
		reports = append(reports, report)
	}
	if len(bad) > 0 {
		return reports, bad
	}
	return reports, nil
}

// pushed is one element of a push, of either kind. A delivery report has a biz_id, a reply
// a content. Everything else may be missing.
type pushed struct {
	Phone      adapter.Aside   `json:"phone_number"`
	BizID      adapter.Scalar  `json:"biz_id"`
	OutID      adapter.Aside   `json:"out_id"`
	Success    json.RawMessage `json:"success"`
	Code       adapter.Aside   `json:"err_code"`
	Words      adapter.Aside   `json:"err_msg"`
	ReportTime adapter.Aside   `json:"report_time"`

	Content  *adapter.Scalar `json:"content"`
	SendTime adapter.Aside   `json:"send_time"`
	Sign     adapter.Aside   `json:"sign_name"`
	DestCode adapter.Aside   `json:"dest_code"`
	Sequence adapter.Aside   `json:"sequence_id"`
}

func decodeReport(call *adapter.Call, row []byte) (provider.Report, error) {
	var p pushed
	if err := adapter.DecodeJSON(row, &p); err != nil {
		return provider.Report{}, err
	}
	switch {
	case p.BizID != "":
		return p.delivery(call), nil
	case p.Content != nil && p.Phone != "":
		return p.reply(), nil
	}
	return provider.Report{}, errors.New("biz_id: missing, and no reply either")
}

func (p pushed) delivery(call *adapter.Call) provider.Report {
	phone := phoneOf(string(p.Phone))
	status := provider.Status{At: timeOf(string(p.ReportTime))}
	code, text := carrierCode(call, string(p.Code), phone)
	words := call.Redact(provider.Redact(string(p.Words), string(p.Phone), phone.National()))
	status.Code, status.Text = code, strings.TrimSpace(text+" "+words)
	switch said := strings.Trim(string(p.Success), `"`); {
	case string(p.Code) == handedOver:
		status.State = provider.StateSent
	case said == "true":
		status.State = provider.StateDelivered
	case said == "false":
		status.State, status.Kind = ofFailure(code)
	}
	return provider.Report{
		Kind: provider.ReportDelivery, Phone: phone, ID: string(p.BizID), Ref: string(p.OutID), Status: status, At: status.At,
	}
}

func (p pushed) reply() provider.Report {
	extra := map[string]string{}
	for name, value := range map[string]adapter.Aside{"sign": p.Sign, "dest_code": p.DestCode, "sequence_id": p.Sequence} {
		if value != "" {
			extra[name] = string(value)
		}
	}
	return provider.Report{
		Kind: provider.ReportReply, Phone: phoneOf(string(p.Phone)), Reply: string(*p.Content), At: timeOf(string(p.SendTime)), Extra: extra,
	}
}
