package rongliansim

import (
	"bytes"
	"context"
	"encoding/json"
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

	usualReports = 100
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
		RecvTime: at.In(beijing).Format(wireTime), SPCode: senderNumber,
	}
}

// reportOf is the delivery report of an accepted text.
func (s *Service) reportOf(number, subAppend string, m sim.Text) arrival {
	report := newArrival(typeDelivery, number, m.ID, m.At)
	report.AppendCode = subAppend
	report.DateSent = report.RecvTime
	report.Status, report.DeliverCode = "0", "DELIVRD"
	if slices.Contains(s.cfg.Undelivered, number) {
		report.Status, report.DeliverCode = "1", "UNDELIV"
	}
	report.ReqID = m.Ref
	report.SMSCount = strconv.Itoa(segments.Count(m.Text, ""))
	return report
}

// Reply queues a text that the owner of a phone sends back, at that time. The
// number is as it stands on the wire, such as 13800000000.
func (s *Service) Reply(number, content string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = append(s.news, newArrival(typeReply, number, content, at))
}

// getArrived answers a request for news, and takes what it answers with out of
// the queue.
func (s *Service) getArrived(c *sim.Call, a *attempt) reply {
	if code := s.checkApp(c, a.request); code != "" {
		return refused(code)
	}
	smsType := string(a.request.SMSType)
	switch smsType {
	case "":
		smsType = typeDelivery
	case typeDelivery, typeReply:
	default:
		c.Explain("smsType: neither 0 nor 1")
		return refused("160047")
	}
	count, code := readCount(c, string(a.request.Count))
	if code != "" {
		return refused(code)
	}
	if scripted, ok := c.Refusal(); ok {
		return explained(c, scripted)
	}
	return reply{StatusCode: success, Reports: s.take(smsType, count)}
}

func readCount(c *sim.Call, wanted string) (count int, code string) {
	if wanted == "" {
		return usualReports, ""
	}
	count, err := strconv.Atoi(wanted)
	switch {
	case err != nil || count < 1:
		c.Explain("count: not a number above 0")
		return 0, "112329"
	case count > mostReports:
		c.Explain("count: over %d", mostReports)
		return 0, "112330"
	}
	return count, ""
}

// take removes up to count pieces of news of one kind from the queue.
func (s *Service) take(smsType string, count int) []arrival {
	var taken, left []arrival
	for _, news := range s.news {
		if news.SMSType == smsType && len(taken) < count {
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.news) == 0 {
		return arrival{}, false
	}
	news := s.news[0]
	s.news = s.news[1:]
	return news, true
}

func (s *Service) putBack(news arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = slices.Insert(s.news, 0, news)
}

// pushBody writes a piece of news in the format that is set in the console.
func (s *Service) pushBody(news arrival) (contentType string, body []byte) {
	if s.cfg.PushXML {
		return "application/xml;charset=utf-8", marshalXML(newXMLPush(news))
	}
	body, err := json.Marshal(map[string]arrival{"Request": news})
	if err != nil {
		panic("rongliansim: " + err.Error())
	}
	return "application/json;charset=utf-8", body
}

func (s *Service) push(ctx context.Context, client *http.Client, address string, news arrival) error {
	contentType, body := s.pushBody(news)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("rongliansim: push: %w", err)
	}
	r.Header.Set("Content-Type", contentType)
	response, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("rongliansim: push: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("rongliansim: push: the receiver answers HTTP %d", response.StatusCode)
	}
	return nil
}
