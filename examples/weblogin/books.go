package main

import (
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
)

// newBooks says what each way costs. The prices are those of the services' pages in docs.
func (w *world) newBooks(m members) (*ledger.Ledger, error) {
	return ledger.New(ledger.Config{
		Now: w.clock.Now, Recent: 20 * wave,
		Members: []ledger.Member{
			{Provider: m.free, Bills: ledger.Free, Texts: provider.Templates{purposeLogin: {Text: freeText}}},
			{
				Provider: m.aliyun, Price: priceAliyun, Bills: ledger.Delivered, Sign: aliyunSign,
				Texts: provider.Templates{purposeLogin: {Text: aliyunText}},
			},
			{
				Provider: m.tencent, Price: priceTencent, Bills: ledger.Unknown, Sign: tencentSign, Counted: "fee",
				Texts: provider.Templates{purposeLogin: {Text: tencentText}},
			},
		},
	})
}
