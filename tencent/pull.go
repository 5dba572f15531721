package tencent

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

var _ provider.ReportPuller = (*Provider)(nil)

// mostReports is how many reports the service gives at once.
const mostReports = 100

// PullReports takes up to 100 reports out of the application's queue. What was
// taken is gone: a reply that is lost on the way cannot be asked for again. The
// service's support may have to switch the queue on first.
//
// Report.Extra of a reply holds "sign" and "extend_code", where they are set.
func (p *Provider) PullReports(ctx context.Context, kind provider.ReportKind, limit int) ([]provider.Report, error) {
	if limit < 0 {
		return nil, p.badPull("limit: must not be negative")
	}
	if limit == 0 || limit > mostReports {
		limit = mostReports
	}
	switch kind {
	case provider.ReportDelivery:
		deliveries, err := p.sdk.pullDeliveries(ctx, uint64(limit))
		return reportsOf(p, deliveries, err, p.deliveryReport)
	case provider.ReportReply:
		answers, err := p.sdk.pullAnswers(ctx, uint64(limit))
		return reportsOf(p, answers, err, p.replyReport)
	}
	return nil, p.badPull(fmt.Sprintf("kind: no such kind: %d", int(kind)))
}

func (p *Provider) badPull(text string) error {
	return &provider.Error{Provider: p.cfg.Name, Op: provider.OpReports, Kind: provider.KindConfig, Text: text}
}

func reportsOf[T any](p *Provider, rows []T, err error, report func(T) provider.Report) ([]provider.Report, error) {
	if err != nil {
		return nil, p.failure(provider.OpReports, err, submission{})
	}
	reports := make([]provider.Report, len(rows))
	for i, row := range rows {
		reports[i] = report(row)
	}
	return reports, nil
}

func (p *Provider) deliveryReport(d delivery) provider.Report {
	return provider.Report{
		Provider: p.cfg.Name, Kind: provider.ReportDelivery, Phone: d.from.phone(),
		ID: d.serial, Ref: d.session, Status: d.result(), At: timeOf(d.unixTime),
	}
}

func (p *Provider) replyReport(a answer) provider.Report {
	return provider.Report{
		Provider: p.cfg.Name, Kind: provider.ReportReply, Phone: a.from.phone(),
		Reply: a.text, At: timeOf(a.unixTime), Extra: replyExtra(a.sign, a.extendCode),
	}
}

func replyExtra(sign, extendCode string) map[string]string {
	extra := map[string]string{}
	if sign != "" {
		extra["sign"] = sign
	}
	if extendCode != "" {
		extra["extend_code"] = extendCode
	}
	return extra
}
