package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const number = "138 0013 8000"

// visitor is a browser at the site, without the page.
type visitor struct {
	*testing.T
	*world

	client *http.Client
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.close()) })
	return (&visitor{T: t, world: w}).another()
}

// another is somebody else at the same site.
func (v *visitor) another() *visitor {
	v.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(v, err)
	return &visitor{v.T, v.world, &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// answer is what the site says.
type answer struct {
	status int
	header http.Header
	body   string

	ID          string
	Sent        bool
	State       string
	Code        string
	Message     string
	Phone       string
	Verified    bool
	RetryAfter  int `json:"retry_after"`
	ResendAfter int `json:"resend_after"`
	TriesLeft   int `json:"tries_left"`
	Challenge   struct {
		Algorithm, Challenge, Salt, Signature string
		MaxNumber                             int
	}
}

func (v *visitor) do(method, path, body string, change ...func(r *http.Request)) answer {
	v.Helper()
	r, err := http.NewRequestWithContext(v.Context(), method, v.web.url+path, strings.NewReader(body))
	require.NoError(v, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(r)
	}
	response, err := v.client.Do(r)
	require.NoError(v, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(v, err)
	a := answer{status: response.StatusCode, header: response.Header, body: string(data)}
	_ = json.Unmarshal(data, &a) // a page is no JSON
	return a
}

// post makes a request about codes.
func (v *visitor) post(path string, body map[string]any) answer {
	v.Helper()
	body["purpose"] = purposeLogin
	data, err := json.Marshal(body)
	require.NoError(v, err)
	return v.do(http.MethodPost, "/codes/"+path, string(data))
}

// set turns a switch of the stage.
func (v *visitor) set(path string, value any) answer {
	v.Helper()
	data, err := json.Marshal(map[string]any{"value": value})
	require.NoError(v, err)
	return v.do(http.MethodPost, "/stage/"+path, string(data))
}

// start has a code sent and wants that to be done.
func (v *visitor) start(to string) answer {
	v.Helper()
	a := v.post("start", map[string]any{"phone": to})
	require.Equal(v, http.StatusOK, a.status, a.body)
	return a
}

// check logs in.
func (v *visitor) check(id, code string) answer {
	v.Helper()
	return v.post("check", map[string]any{"id": id, "code": code})
}

// who is logged in.
func (v *visitor) who() string {
	v.Helper()
	return v.do(http.MethodGet, "/me", "").Phone
}

// until waits until the page would show what is wanted.
func (v *visitor) until(shows func(s view) bool) view {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.Context(), 10*time.Second)
	defer cancel()
	page := &controls{world: v.world}
	for {
		changed := v.bell.wait()
		s := page.view()
		if shows(s) {
			return s
		}
		select {
		case <-changed:
		case <-ctx.Done():
			require.Fail(v, "the page never shows it", "%+v", s)
		}
	}
}

// texts waits until that many texts have arrived, and returns them, newest first.
func (v *visitor) texts(n int) []received {
	v.Helper()
	return v.until(func(s view) bool { return len(s.Texts) == n }).Texts
}

// solve does what page/solver.js does.
func (a answer) solve(t *testing.T) string {
	t.Helper()
	c := a.Challenge
	for n := range c.MaxNumber + 1 {
		hash := sha256.Sum256(fmt.Append(nil, c.Salt, n))
		if hex.EncodeToString(hash[:]) != c.Challenge {
			continue
		}
		token, err := json.Marshal(map[string]any{
			"algorithm": c.Algorithm, "challenge": c.Challenge, "number": n, "salt": c.Salt, "signature": c.Signature,
		})
		require.NoError(t, err)
		return base64.StdEncoding.EncodeToString(token)
	}
	require.Fail(t, "the challenge has no solution")
	return ""
}
