package rongliansim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// pull asks for news and returns the elements of the reply.
func pull(t *testing.T, s *sim.Server, smsType, count string) []map[string]string {
	t.Helper()
	body, _ := attempt{path: arrivedPath, body: `{"appId":"` + appID + `","smsType":"` + smsType + `","count":"` + count + `"}`}.do(t, s)
	var reply struct {
		StatusCode string
		Reports    []map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(body), &reply))
	require.Equal(t, "000000", reply.StatusCode)
	return reply.Reports
}

func TestGetArrived(t *testing.T) {
	t.Parallel()
	s, service, _ := newServer(rongliansim.Config{Undelivered: []string{"13800000001"}})
	attempt{body: strings.Replace(login("13800000000,13800000001"), "}", `,"reqId":"a1"}`, 1)}.do(t, s)
	service.Reply("13800000000", "TD", at.Add(time.Minute))
	reports := pull(t, s, "", "1")
	require.Equal(t, []map[string]string{{
		"action": "SMSArrived", "smsType": "1", "apiVersion": "2013-12-26", "content": "0000000065930ca50000000000000001",
		"fromNum": "13800000000", "dateSent": "20240102030405", "deliverCode": "DELIVRD", "recvTime": "20240102030405",
		"status": "0", "reqId": "a1", "smsCount": "1", "spCode": "10690000",
	}}, reports)
	reports = pull(t, s, "1", "")
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
	attempt{body: strings.Replace(loginBody, "4653", strings.Repeat("长", 133), 1)}.do(t, s) // 140 with "【云通讯】" and " 2"
	require.Equal(t, "3", pull(t, s, "1", "")[0]["smsCount"])
}

func TestGetArrivedRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, code, names string }{
		{name: "application", body: `{"appId":"abc"}`, code: "111181", names: "appId"},
		{name: "kind", body: `{"appId":"` + appID + `","smsType":"2"}`, code: "160047", names: "smsType"},
		{name: "count no number", body: `{"appId":"` + appID + `","count":"many"}`, code: "112329", names: "count"},
		{name: "count zero", body: `{"appId":"` + appID + `","count":0}`, code: "112329", names: "count"},
		{name: "count too large", body: `{"appId":"` + appID + `","count":501}`, code: "112330", names: "count"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := newServer(rongliansim.Config{})
			body, verdict := attempt{path: arrivedPath, body: tt.body}.do(t, s)
			require.Contains(t, body, `"statusCode":"`+tt.code+`"`)
			require.Contains(t, verdict, tt.names+": ")
		})
	}
}

// receiver takes pushes in memory.
type receiver struct {
	status int
	bodies []string
	types  []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(err)
	}
	r.bodies = append(r.bodies, string(body))
	r.types = append(r.types, request.Header.Get("Content-Type"))
	w.WriteHeader(r.status)
}

func (r *receiver) client() *http.Client { return &http.Client{Transport: sim.HandlerTransport(r)} }

func TestPushReports(t *testing.T) {
	t.Parallel()
	for _, xml := range []bool{false, true} {
		t.Run(strconv.FormatBool(xml), func(t *testing.T) {
			t.Parallel()
			s, service, _ := newServer(rongliansim.Config{PushXML: xml})
			attempt{body: strings.Replace(loginBody, "}", `,"subAppend":"1234"}`, 1)}.do(t, s)
			service.Reply("13800000000", "收到 <&>", at)
			r := &receiver{status: http.StatusInternalServerError}
			pushed, err := service.PushReports(t.Context(), r.client(), "http://receiver.example/reports")
			require.ErrorContains(t, err, "HTTP 500")
			require.Zero(t, pushed)
			r.status = http.StatusOK
			pushed, err = service.PushReports(t.Context(), r.client(), "http://receiver.example/reports")
			require.NoError(t, err)
			require.Equal(t, 2, pushed)
			require.Len(t, r.bodies, 3)
			require.Equal(t, r.bodies[0], r.bodies[1], "what was not taken comes again, in the same order")
			if xml {
				require.Equal(t, "application/xml;charset=utf-8", r.types[2])
				const start, end = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Request><action>SMSArrived</action>`, `</Request>`
				require.Equal(t, start+"<smsType>1</smsType><recvTime>20240102030405</recvTime><apiVersion>2013-12-26</apiVersion>"+
					"<fromNum>13800000000</fromNum><appendCode>1234</appendCode><content>0000000065930ca50000000000000001</content>"+
					"<status>0</status><dateSent>20240102030405</dateSent>"+end, r.bodies[1], "only what is documented for XML")
				require.Equal(t, start+"<smsType>0</smsType><recvTime>20240102030405</recvTime><apiVersion>2013-12-26</apiVersion>"+
					"<fromNum>13800000000</fromNum><appendCode></appendCode><content>收到 &lt;&amp;&gt;</content>"+end, r.bodies[2])
			} else {
				require.Equal(t, "application/json;charset=utf-8", r.types[2])
				require.JSONEq(t, `{"Request":{"action":"SMSArrived","smsType":"1","apiVersion":"2013-12-26","content":"0000000065930ca50000000000000001",`+
					`"fromNum":"13800000000","dateSent":"20240102030405","deliverCode":"DELIVRD","recvTime":"20240102030405","status":"0",`+
					`"smsCount":"1","appendCode":"1234","spCode":"10690000"}}`, r.bodies[1])
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
	server := httptest.NewServer(&receiver{status: http.StatusOK})
	t.Cleanup(server.Close)
	_, err = service.PushReports(ctx, server.Client(), server.URL)
	require.ErrorIs(t, err, context.Canceled)
}
