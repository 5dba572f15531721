//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

// TestTheAppSurvivesAKilledGateway kills the built gateway with kill -9 while the Android
// app's radio sends, so after the hand-out and before the receipt: the text goes out once, and
// the next gateway hears of it.
func TestTheAppSurvivesAKilledGateway(t *testing.T) {
	t.Parallel()
	p := build(t)
	const private = "a-private-token-of-the-app"
	file := filepath.Join(p.folder, "app.token")
	require.NoError(t, os.WriteFile(file, []byte(private), 0o600))
	gateway := p.start("gateway", "--listen", "127.0.0.1:0", "--data", p.data, "--json", "--app-token-file", file)
	url := gateway.ready()
	site := p.siteToken()
	sending := make(chan struct{})
	killed := make(chan struct{})
	app := phonetest.NewApp(phonetest.AppConfig{
		URL: url + "/mobile/v1", PrivateToken: private, Settings: phonetest.AppSettings{PingSeconds: 1},
		Radio: func(phonetest.Text) phonetest.Outcome {
			close(sending)
			<-killed
			return phonetest.Outcome{}
		},
	})
	defer app.Close()
	require.NoError(t, app.Start(t.Context()))

	var stored string
	require.Eventually(t, func() bool { // as soon as the phone is known
		var code int
		stored, code = p.run("send", "--gateway", url, "--token-file", site, "--to", "13800138000", "--text", "hello", "--wait", "0")
		return code == 0
	}, testTime, 50*time.Millisecond)
	id := stored[strings.LastIndex(stored, " ")+1:]
	<-sending
	gateway.kill()
	close(killed)
	gateway = p.start("gateway", "--listen", strings.TrimPrefix(url, "http://"), "--data", p.data, "--json", "--app-token-file", file)
	gateway.ready()
	require.Eventually(t, func() bool {
		status, code := p.run("status", "--gateway", url, "--token-file", site, id)
		return code == 0 && strings.HasPrefix(status, id+": sent")
	}, testTime, 50*time.Millisecond)
	require.Len(t, app.Sent(), 1)
	gateway.terminate()
}
