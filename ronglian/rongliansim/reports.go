package rongliansim

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

const (
	typeReply    = "0"
	typeDelivery = "1"

	usualReports = "100"
	mostReports  = 500
	senderNumber = "10690000"
)

// arrival is one piece of news: a delivery report or a reply.
type arrival struct {
	Action      string `json:"action" xml:"action"`
	SMSType     string `json:"smsType" xml:"smsType"`
	APIVersion  string `json:"apiVersion" xml:"apiVersion"`
	Content     string `json:"content" xml:"content"`
	FromNum     string `json:"fromNum" xml:"fromNum"`
	DateSent    string `json:"dateSent,omitempty" xml:"dateSent,omitempty"`
	DeliverCode string `json:"deliverCode,omitempty" xml:"deliverCode,omitempty"`
	RecvTime    string `json:"recvTime" xml:"recvTime"`
	Status      string `json:"status,omitempty" xml:"status,omitempty"`
	ReqID       string `json:"reqId,omitempty" xml:"reqId,omitempty"`
	SMSCount    string `json:"smsCount,omitempty" xml:"smsCount,omitempty"`
	AppendCode  string `json:"appendCode,omitempty" xml:"appendCode,omitempty"`
	SPCode      string `json:"spCode,omitempty" xml:"spCode,omitempty"`
}

// xmlPush is a piece of news as it is pushed in XML, which has fewer members.
type xmlPush struct {
	XMLName    xml.Name `xml:"Request"`
	Action     string   `xml:"action"`
	SMSType    string   `xml:"smsType"`
	RecvTime   string   `xml:"recvTime"`
	APIVersion string   `xml:"apiVersion"`
	FromNum    string   `xml:"fromNum"`
	AppendCode string   `xml:"appendCode"`
	Content    string   `xml:"content"`
	Status     string   `xml:"status,omitempty"`
	DateSent   string   `xml:"dateSent,omitempty"`
}

func newXMLPush(news arrival) xmlPush {
	return xmlPush{
		Action: news.Action, SMSType: news.SMSType, RecvTime: news.RecvTime, APIVersion: news.APIVersion, FromNum: news.FromNum,
		AppendCode: news.AppendCode, Content: news.Content, Status: news.Status, DateSent: news.DateSent,
	}
}

// newArrival fills in what all news have.
func newArrival(smsType, number, content string, at time.Time) arrival {
	return arrival{
		Action: "SMSArrived", SMSType: smsType, APIVersion: "2013-12-26", FromNum: number, Content: content,
		RecvTime: at.In(sim.Beijing).Format(wireTime), SPCode: senderNumber,
	}
}

// newReport is the delivery report of a text to one of its numbers.
func (s *Service) newReport(c *sim.Call, r request, number, content string) arrival {
	report := newArrival(typeDelivery, number, newID(c), c.Now)
	report.DateSent = report.RecvTime
	report.Status, report.DeliverCode = "0", "DELIVRD"
	if slices.Contains(s.cfg.Undelivered, number) {
		report.Status, report.DeliverCode = "1", "UNDELIV"
	}
	report.ReqID, report.AppendCode = string(r.ReqID), string(r.SubAppend)
	report.SMSCount = strconv.Itoa(segments.Count(content, s.cfg.Sign))
	return report
}

// Reply queues a text that the owner of a phone sends back, at that time. The
// number is as it stands on the wire, such as 13800000000.
func (s *Service) Reply(number, content string, at time.Time) {
	s.Lock()
	defer s.Unlock()
	s.news = append(s.news, newArrival(typeReply, number, content, at))
}

// judgeArrived decides about a question for news. What it answers with is taken out
// of the queue.
func (s *Service) judgeArrived(c *sim.Call, r request) sim.Outcome {
	if o := s.checkApp(c, r); o.Refused() {
		return o
	}
	smsType := string(cmp.Or(r.SMSType, typeDelivery))
	count, err := strconv.Atoi(string(cmp.Or(r.Count, usualReports)))
	switch {
	case smsType != typeDelivery && smsType != typeReply:
		return sim.Refuse("160047", "smsType: neither 0 nor 1")
	case err != nil || count < 1:
		return sim.Refuse("112329", "count: not a number above 0")
	case count > mostReports:
		return sim.Refuse("112330", "count: over %d", mostReports)
	}
	return sim.Outcome{Then: func() any { return reply{Reports: s.take(smsType, count)} }}
}

// take removes up to count pieces of news from the queue: those of one kind, or with
// no smsType of any.
func (s *Service) take(smsType string, count int) []arrival {
	var taken, left []arrival
	for _, news := range s.news {
		if (smsType == "" || news.SMSType == smsType) && len(taken) < count {
			taken = append(taken, news)
		} else {
			left = append(left, news)
		}
	}
	s.news = left
	return taken
}

// PushReports posts everything in the queue to address, one by one and oldest
// first, as the service does with the address that is set in the console. What
// is answered with HTTP 200 is done with; the first other answer ends it with an
// error, and the rest stays in the queue. It returns how many were taken.
func (s *Service) PushReports(ctx context.Context, client *http.Client, address string) (int, error) {
	for pushed := 0; ; pushed++ {
		news, ok := s.next()
		if !ok {
			return pushed, nil
		}
		if err := s.push(ctx, client, address, news); err != nil {
			s.putBack(news)
			return pushed, err
		}
	}
}

func (s *Service) next() (arrival, bool) {
	s.Lock()
	defer s.Unlock()
	taken := s.take("", 1)
	if len(taken) == 0 {
		return arrival{}, false
	}
	return taken[0], true
}

func (s *Service) putBack(news arrival) {
	s.Lock()
	defer s.Unlock()
	s.news = slices.Insert(s.news, 0, news)
}

// encode writes a piece of news in the format that is set in the console.
func (s *Service) encode(news arrival) (contentType string, body []byte) {
	if s.cfg.PushXML {
		return typeXML, sim.XML(http.StatusOK, typeXML, xmlHeader, newXMLPush(news)).Body
	}
	return typeJSON, sim.JSON(http.StatusOK, typeJSON, map[string]arrival{"Request": news}).Body
}

func (s *Service) push(ctx context.Context, client *http.Client, address string, news arrival) error {
	contentType, body := s.encode(news)
	if err := (sim.Receiver{Client: client, Address: address}).Push(ctx, contentType, body); err != nil {
		return fmt.Errorf("rongliansim: push: %w", err)
	}
	return nil
}
