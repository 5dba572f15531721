package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/provider"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Regexp(t, `^POST /login/code answers 202 {"state":"sent","to":"138\*\*\*\*8000"}
the phone shows: 【互亿无线】您的验证码是：[0-9]{6}。请不要把验证码泄露给其他人。
$`, out.String())
}

const number = "13800138000"

var phone = provider.MustParsePhone(number)

// page is the endpoint under test. Its first code is 042137, and each one after
// that another.
type page struct {
	handler http.Handler
	codes   *pendingCodes
}

func newPage(sms provider.Provider) *page {
	made := 42136
	codes := &pendingCodes{newCode: func() (string, error) {
		made++
		return fmt.Sprintf("%06d", made), nil
	}}
	return &page{handler: newMux(&loginCode{sms: sms, codes: codes}), codes: codes}
}

// post asks for a code for that number.
func (p *page) post(t *testing.T, number string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/login/code", strings.NewReader("phone="+number))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	return recorder
}
