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

func (s *Service) count(now time.Time, status sendStatus) {
	key := now.In(beijing).Format(hour)
	n := s.counts[key]
	n.RequestCount++
	n.FeeCount += status.Fee
	if status.SerialNo != "" {
		n.RequestSuccessCount++
	}
	s.counts[key] = n
}

// statistics is SendStatusStatistics.
func (s *Service) statistics(c *sim.Call, p params) {
	begin, end := p.text("BeginTime"), p.text("EndTime")
	code := s.checkApp(c, p)
	switch {
	case code != "":
	case !isHour(begin):
		c.Explain("BeginTime: want yyyymmddhh")
		code = "InvalidParameterValue.BeginTimeVerifyFail"
	case !isHour(end) || end < begin || end == begin && !s.cfg.SameHour:
		c.Explain("EndTime: want yyyymmddhh, after BeginTime (Config.SameHour: not before it)")
		code = "InvalidParameterValue.EndTimeVerifyFail"
	case p.number("Limit") != 0:
		c.Explain("Limit: want 0")
		code = "InvalidParameterValue.LimitVerifyFail"
	case p.number("Offset") != 0:
		c.Explain("Offset: want 0")
		code = "InvalidParameterValue.OffsetVerifyFail"
	}
	if code != "" {
		refuse(c, code)
		return
	}
	if scripted(c) {
		return
	}
	var total counts
	for key, n := range s.counts {
		if key >= begin && key <= end {
			total.FeeCount += n.FeeCount
			total.RequestCount += n.RequestCount
			total.RequestSuccessCount += n.RequestSuccessCount
		}
	}
	reply(c, struct {
		SendStatusStatistics counts
		RequestID            string `json:"RequestId"`
	}{total, requestID(c)})
}

func isHour(text string) bool {
	_, err := time.Parse(hour, text)
	return err == nil
}
