package stage

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// TestShowUntil starts a backend that sends one text for each request.
func TestShowUntil(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := ShowUntil(ctx, writer, func(sms provider.Provider, key provider.Secret) (http.Handler, error) {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, err := sms.Send(r.Context(), provider.Message{
					To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "042137"},
				})
				if err != nil || len(key) < 32 {
					t.Errorf("%v, a key of %d bytes", err, len(key))
				}
			}), nil
		})
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	answered := make(chan struct{})
	lines, said := bufio.NewScanner(reader), ""
	for lines.Scan() {
		if said == "" {
			address := regexp.MustCompile(`http://[0-9.:]+`).FindString(lines.Text())
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
			require.NoError(t, err)
			go func() {
				transport := &http.Transport{}
				defer transport.CloseIdleConnections()
				if answer, err := transport.RoundTrip(request); err == nil {
					_ = answer.Body.Close()
				}
				close(answered)
			}()
		}
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "042137") {
			<-answered
			stop()
		}
	}
	require.NoError(t, <-ended)
	require.Contains(t, said, "the phone +8613800138000 shows: ")
}

func TestShowUntilPassesErrorsOn(t *testing.T) {
	t.Parallel()
	wrong := errors.New("no backend")
	err := ShowUntil(t.Context(), io.Discard, func(provider.Provider, provider.Secret) (http.Handler, error) { return nil, wrong })
	require.ErrorIs(t, err, wrong)
}
