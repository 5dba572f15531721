package rongliansim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// pull asks for news and returns the elements of the reply.
func pull(t *testing.T, s *sim.Server, smsType, count string) []map[string]string {
	t.Helper()
	body, _ := do(t, s, news(`,"smsType":"`+smsType+`","count":"`+count+`"`))
	var reply struct {
		StatusCode string
		Reports    []map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(body), &reply))
	require.Equal(t, "000000", reply.StatusCode)
	return reply.Reports
}

// TestBatch sends to two numbers: one id, and a report for each.
func TestBatch(t *testing.T) {
	t.Parallel()
	s, service, _ := newServer(rongliansim.Config{Undelivered: []string{"13800000001"}})
	reply, _ := do(t, s, with(`"13800000000"`, `"13800000000,13800000001","reqId":"a1"`))
	require.JSONEq(t, acceptedJSON, reply)
	texts := s.Texts()
	require.Len(t, texts, 2)
	require.Equal(t, texts[0].ID, texts[1].ID, "one id for all numbers of a request")
	require.Equal(t, "+8613800000001", texts[1].To)
	service.Reply("13800000000", "TD", at.Add(time.Minute))
	require.Equal(t, []map[string]string{{
		"action": "SMSArrived", "smsType": "1", "apiVersion": "2013-12-26", "content": texts[0].ID, "fromNum": "13800000000",
		"dateSent": "20240102030405", "deliverCode": "DELIVRD", "recvTime": "20240102030405", "status": "0", "reqId": "a1",
		"smsCount": "1", "spCode": "10690000",
	}}, pull(t, s, "", "1"))
	reports := pull(t, s, "1", "")
	require.Len(t, reports, 1, "what was fetched is gone")
	require.Equal(t, "13800000001", reports[0]["fromNum"])
	require.Equal(t, "1", reports[0]["status"])
	require.Equal(t, "UNDELIV", reports[0]["deliverCode"])
	require.Empty(t, pull(t, s, "1", "500"))
	replies := pull(t, s, "0", "500")
	require.Len(t, replies, 1)
	require.Equal(t, "TD", replies[0]["content"])
	require.Equal(t, "20240102030505", replies[0]["recvTime"])
}

// TestPartsOfALongText counts 67 characters in each of several parts.
func TestPartsOfALongText(t *testing.T) {
	t.Parallel()
	s, _, _ := newServer(rongliansim.Config{})
	do(t, s, with("4653", strings.Repeat("长", 133))) // 140 with "【云通讯】" and " 2"
	require.Equal(t, "3", pull(t, s, "1", "")[0]["smsCount"])
}

const receiver = "https://receiver.example/reports"

func TestPushReports(t *testing.T) {
	t.Parallel()
	const start, end = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Request><action>SMSArrived</action>`, `</Request>`
	tests := []struct {
		name, contentType string
		cfg               rongliansim.Config
		bodies            []string
	}{
		{name: "JSON", contentType: "application/json;charset=utf-8", bodies: []string{
			`{"Request":{"action":"SMSArrived","smsType":"1","apiVersion":"2013-12-26","content":"0000000065930ca50000000000000001",` +
				`"fromNum":"13800000000","dateSent":"20240102030405","deliverCode":"DELIVRD","recvTime":"20240102030405","status":"0",` +
				`"smsCount":"1","appendCode":"1234","spCode":"10690000"}}`,
			`{"Request":{"action":"SMSArrived","smsType":"0","apiVersion":"2013-12-26","content":"收到 <&>",` +
				`"fromNum":"13800000000","recvTime":"20240102030405","spCode":"10690000"}}`,
		}},
		{name: "XML, only what is documented", contentType: "application/xml;charset=utf-8", cfg: rongliansim.Config{PushXML: true}, bodies: []string{
			start + "<smsType>1</smsType><recvTime>20240102030405</recvTime><apiVersion>2013-12-26</apiVersion>" +
				"<fromNum>13800000000</fromNum><appendCode>1234</appendCode><content>0000000065930ca50000000000000001</content>" +
				"<status>0</status><dateSent>20240102030405</dateSent>" + end,
			start + "<smsType>0</smsType><recvTime>20240102030405</recvTime><apiVersion>2013-12-26</apiVersion>" +
				"<fromNum>13800000000</fromNum><appendCode></appendCode><content>收到 &lt;&amp;&gt;</content>" + end,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, service, _ := newServer(tt.cfg)
			do(t, s, adding(`"subAppend":"1234"`))
			service.Reply("13800000000", "收到 <&>", at)
			unwilling, willing := &wiretest.Stub{Status: http.StatusInternalServerError}, &wiretest.Stub{}
			pushed, err := service.PushReports(t.Context(), unwilling.Client(), receiver)
			require.ErrorContains(t, err, "HTTP 500")
			require.Zero(t, pushed)
			pushed, err = service.PushReports(t.Context(), willing.Client(), receiver)
			require.NoError(t, err)
			require.Equal(t, 2, pushed)
			requests := willing.Requests()
			require.Len(t, requests, 2)
			require.Equal(t, unwilling.Only(t), requests[0], "what was not taken comes again, in the same order")
			for i, request := range requests {
				head, body, _ := strings.Cut(request, "\r\n\r\n")
				require.Contains(t, head, "Content-Type: "+tt.contentType)
				require.Equal(t, tt.bodies[i], body)
			}
			require.Empty(t, pull(t, s, "1", ""), "what was pushed is gone")
		})
	}
}

func TestPushReportsFails(t *testing.T) {
	t.Parallel()
	_, service, _ := newServer(rongliansim.Config{})
	service.Reply("13800000000", "TD", at)
	_, err := service.PushReports(t.Context(), http.DefaultClient, "://")
	require.ErrorContains(t, err, "rongliansim: push: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = service.PushReports(ctx, http.DefaultClient, "http://127.0.0.1:1/")
	require.ErrorIs(t, err, context.Canceled)
}
