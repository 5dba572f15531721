package wiretest

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// PostMultipart posts a form to address as multipart/form-data, by curl -F where
// there is curl, and without it by the same bytes. It returns the reply.
func PostMultipart(t *testing.T, address string, form url.Values) string {
	t.Helper()
	if curl, err := exec.LookPath("curl"); err == nil {
		return runCurl(t, curl, address, form)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name := range form {
		require.NoError(t, w.WriteField(name, form.Get(name)))
	}
	require.NoError(t, w.Close())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, &body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	var reply bytes.Buffer
	_, err = reply.ReadFrom(response.Body)
	require.NoError(t, err)
	return reply.String()
}

func runCurl(t *testing.T, curl, address string, form url.Values) string {
	t.Helper()
	args := []string{"--silent", "--show-error", "--noproxy", "*", address}
	for name := range form {
		args = append(args, "-F", name+"="+form.Get(name))
	}
	reply, err := exec.CommandContext(t.Context(), curl, args...).Output() //nolint:gosec // The tests' own arguments.
	require.NoError(t, err)
	return string(reply)
}
