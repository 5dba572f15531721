package tencentsim

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

const (
	secretID = "AKIDEXAMPLEEXAMPLEEXAMPLE"
	appID    = "1400006666"
)

// account is a simulated account in a server.
type account struct {
	*Service
	server *sim.Server
	clock  *wiretest.Clock
}

func newAccount(cfg Config) account {
	cfg.SecretID, cfg.SecretKey, cfg.AppID = secretID, exampleKey, appID
	service := New(cfg)
	c := wiretest.NewClock(time.Unix(1700000000, 0))
	return account{service, sim.New(sim.Config{Now: c.Now}, service), c}
}

// request is a request before it is signed. Changes to the header come after
// that, so that they corrupt it.
type request struct {
	action, body, contentType, timestamp string
	change                               func(r *http.Request)
}

// do signs and sends a request, and returns the reply and the verdict.
func (a account) do(t *testing.T, q request) (reply, verdict string) {
	t.Helper()
	if q.timestamp == "" {
		q.timestamp = strconv.FormatInt(a.clock.Now().Unix(), 10)
	}
	if q.contentType == "" {
		q.contentType = "application/json"
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sms.tencentcloudapi.com/", strings.NewReader(q.body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", q.contentType)
	r.Header.Set("X-TC-Action", q.action)
	r.Header.Set("X-TC-Version", version)
	r.Header.Set("X-TC-Region", "ap-guangzhou")
	r.Header.Set("X-TC-Timestamp", q.timestamp)
	r.Header.Set("Authorization", authorize(r, q.body))
	if q.change != nil {
		q.change(r)
	}
	response, err := a.server.Transport().RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "the service answers 200 whatever happened")
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))
	exchanges := a.server.Exchanges()
	return string(content), exchanges[len(exchanges)-1].Verdict
}

// authorize is the header of a client that signs properly.
func authorize(r *http.Request, body string) string {
	signed := sign(r, body)
	return algorithm + " Credential=" + secretID + "/" + signed.date + "/sms/" + terminal +
		", SignedHeaders=content-type;host, Signature=" + signed.signature(exampleKey)
}

func sign(r *http.Request, body string) tc3 {
	timestamp := r.Header.Get("X-TC-Timestamp")
	seconds, _ := strconv.ParseInt(timestamp, 10, 64)
	signed := example(r.URL.Host, r.Header.Get("Content-Type"))
	signed.payload, signed.timestamp, signed.date = []byte(body), timestamp, time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	return signed
}

// send makes a SendSms with the worked example's body, of which pairs of a name
// and a JSON value replace members; the value "" leaves one out.
func (a account) send(t *testing.T, changes ...string) (reply, verdict string) {
	t.Helper()
	return a.do(t, request{action: "SendSms", body: changed(t, exampleBody, changes)})
}

func changed(t *testing.T, body string, changes []string) string {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(body), &members))
	for i := 0; i < len(changes); i += 2 {
		members[changes[i]] = json.RawMessage(changes[i+1])
		if changes[i+1] == "" {
			delete(members, changes[i])
		}
	}
	encoded, err := json.Marshal(members)
	require.NoError(t, err)
	return string(encoded)
}

// codes are the codes in a reply: one per number, or that of the whole request.
func codes(t *testing.T, reply string) []string {
	t.Helper()
	var r struct {
		Response struct {
			Error         struct{ Code string }
			SendStatusSet []struct{ Code string }
			RequestID     string `json:"RequestId"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(reply), &r))
	require.NotEmpty(t, r.Response.RequestID)
	var list []string
	for _, status := range r.Response.SendStatusSet {
		list = append(list, status.Code)
	}
	if r.Response.Error.Code != "" {
		list = append(list, "request: "+r.Response.Error.Code)
	}
	return list
}
