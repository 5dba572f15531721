package aliyunsim

import (
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// window is how far back a limit counts, and how the service calls it. The account's
// limits have its words in the place of their code, because one code stands for all.
type window struct {
	words  string
	most   int
	within time.Duration // 0: a day in Beijing
	notice bool          // of texts that are not codes
}

var windows = []window{
	{"触发分钟级流控Permits:1", 1, time.Minute, false},
	{"触发小时级流控Permits:5", 5, time.Hour, false},
	{"触发天级流控Permits:10", 10, 24 * time.Hour, false},
	{"触发天级流控Permits:50", 50, 0, true},
}

// limits are those per number and signature.
func (cfg Config) limits() []sim.Limit {
	var list []sim.Limit
	isNotice := func(text sim.Text) bool {
		template, known := cfg.Templates[text.Template]
		return known && !template.Code
	}
	for _, w := range windows {
		counts := func(earlier, text sim.Text) bool {
			isSame := earlier.Service == text.Service && earlier.Sign == text.Sign && text.Service == serviceName
			if w.notice {
				return isSame && isNotice(text) && earlier.Template == text.Template
			}
			return isSame && !isNotice(text) && !isNotice(earlier)
		}
		list = append(list, sim.Limit{Code: w.words, Most: w.most, Within: w.within, Like: counts})
	}
	return list
}

// inWindow gives a refusal of the account the service's code, and its words.
func inWindow(o sim.Outcome, numberField string) sim.Outcome {
	if isLimit := slices.ContainsFunc(windows, func(w window) bool { return w.words == o.Code }); isLimit {
		_, count, _ := strings.Cut(o.Verdict, ": ")
		o.Code, o.Words, o.Verdict = overLimit, o.Code, numberField+": "+count
	}
	return o
}
