package tencentsim

import (
	"time"

	"github.com/cnsms/cnsms/sim"
)

var statisticsFields = []field{
	{"BeginTime", textField, true},
	{"EndTime", textField, true},
	{"SmsSdkAppId", textField, true},
	{"Limit", numberField, true},
	{"Offset", numberField, true},
}

// hour is how the service writes hours. They are taken to be those of Beijing.
const hour = "2006010215"

// counts are the numbers of one hour.
type counts struct{ FeeCount, RequestCount, RequestSuccessCount int }

func (n *counts) add(more counts) {
	n.FeeCount += more.FeeCount
	n.RequestCount += more.RequestCount
	n.RequestSuccessCount += more.RequestSuccessCount
}

func (s *Service) count(now time.Time, statuses []sendStatus) {
	key := now.In(sim.Beijing).Format(hour)
	n := s.counts[key]
	for _, status := range statuses {
		n.add(counts{FeeCount: status.Fee, RequestCount: 1})
		if status.Code == accepted {
			n.RequestSuccessCount++
		}
	}
	s.counts[key] = n
}

// judgeStatistics decides about SendStatusStatistics.
func (s *Service) judgeStatistics(c *sim.Call, p params) sim.Outcome {
	if o := sim.FirstRefusal(c, p, s.checkApp, s.checkHours); o.Refused() {
		return o
	}
	var total counts
	for key, n := range s.counts {
		if key >= p.text("BeginTime") && key <= p.text("EndTime") {
			total.add(n)
		}
	}
	return sim.Grant(response{SendStatusStatistics: &total})
}

func (s *Service) checkHours(_ *sim.Call, p params) sim.Outcome {
	begin, end := p.text("BeginTime"), p.text("EndTime")
	switch {
	case !isHour(begin):
		return sim.Refuse(badBegin, "BeginTime: want yyyymmddhh")
	case !isHour(end) || end < begin || end == begin && !s.cfg.SameHour:
		return sim.Refuse(badEnd, "EndTime: want yyyymmddhh, after BeginTime (Config.SameHour: not before it)")
	case p.number("Limit") != 0:
		return sim.Refuse(badLimit, "Limit: want 0")
	case p.number("Offset") != 0:
		return sim.Refuse(badOffset, "Offset: want 0")
	}
	return sim.Outcome{}
}

func isHour(text string) bool {
	_, err := time.Parse(hour, text)
	return err == nil
}
