package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// reportSecret is in the address that the services push their reports to.
const reportSecret provider.Secret = "weblogin-report-secret-0123456789"

// carry is the mobile network between the paid services and the user's phone, until ctx ends:
// it brings each text that a service has accepted, and has the service report what became
// of it.
func (w *world) carry(ctx context.Context) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for seen := 0; ; {
		text, err := w.services.Wait(ctx, seen, nil)
		if err != nil {
			return
		}
		seen = text.Seq
		arrived := w.inbox.deliver(received{From: text.Sign, Way: text.Service, To: text.To, Text: shown(text)})
		w.report(ctx, client, text, arrived)
	}
}

// shown is a text as a phone shows it: Aliyun's have the signature already.
func shown(text sim.Text) string {
	if strings.HasPrefix(text.Text, "【") {
		return text.Text
	}
	return sim.Signed(text.Sign, text.Text)
}

// report has the service push a report to the site.
func (w *world) report(ctx context.Context, client *http.Client, text sim.Text, arrived bool) {
	switch text.Service {
	case wayAliyun:
		w.aliyun.Report(aliyunsim.Delivery{BizID: text.ID, Phone: text.To, Failed: !arrived})
		_, _ = w.aliyun.PushReports(ctx, client, w.web.reports(wayAliyun)) // a push in vain stays in the service
	case wayTencent:
		w.tencent.Report(tencentsim.Delivery{Serial: text.ID, Phone: text.To, Failed: !arrived})
		_, _ = w.tencent.PushReports(ctx, client, w.web.reports(wayTencent))
	}
}
