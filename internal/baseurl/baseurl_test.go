package baseurl_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/baseurl"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text      string
		plainHTTP bool
		want      string
		problem   string
	}{
		{text: "https://sms.example.com", want: "https://sms.example.com"},
		{text: "https://sms.example.com:8443/a/", want: "https://sms.example.com:8443/a"},
		{text: "https://10.0.0.1", want: "https://10.0.0.1"},
		{text: "http://127.0.0.1:8080", want: "http://127.0.0.1:8080"},
		{text: "http://127.9.9.9", want: "http://127.9.9.9"},
		{text: "http://[::1]:8080", want: "http://[::1]:8080"},
		{text: "http://[::ffff:127.0.0.1]", want: "http://[::ffff:127.0.0.1]"},
		{text: "http://localhost", want: "http://localhost"},
		{text: "http://LOCALHOST:1", want: "http://LOCALHOST:1"},
		{text: "http://gateway.lan:8080", plainHTTP: true, want: "http://gateway.lan:8080"},
		{text: "http://gateway.lan:8080", problem: "PlainHTTP allows it"},
		{text: "http://10.0.0.1", problem: "PlainHTTP allows it"},
		{text: "http://127.0.0.1.example.com", problem: "PlainHTTP allows it"},
		{text: "http://localhost.example.com", problem: "PlainHTTP allows it"},
		{text: "http://0.0.0.0", problem: "PlainHTTP allows it"},
		{text: "http://128.0.0.1", problem: "PlainHTTP allows it"},
		{text: "", problem: "BaseURL: must not be empty"},
		{text: "sms.example.com", problem: "BaseURL: want https://"},
		{text: "ftp://sms.example.com", plainHTTP: true, problem: "BaseURL: want https://"},
		{text: "https://", problem: "BaseURL: no host"},
		{text: "https://a b", problem: "BaseURL: not a URL"},
		{text: "https://u:p@sms.example.com", problem: "must not have a user"},
		{text: "https://sms.example.com?a=b", problem: "must not have a user, a query"},
		{text: "https://sms.example.com#a", problem: "must not have a user, a query or a fragment"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			base, err := baseurl.Parse(tt.text, tt.plainHTTP)
			if tt.problem != "" {
				require.ErrorContains(t, err, tt.problem)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, base.String())
		})
	}
}

func TestParseWithout(t *testing.T) {
	t.Parallel()
	const problem = "BaseURL: must not end in /v1, with which each path begins already"
	tests := []struct{ root, text, problem string }{
		{"/v1", "https://sms.example.com", ""},
		{"/v1", "https://sms.example.com/v1/relay", ""},
		{"/v1", "https://sms.example.com/relayv1", ""},
		{"/v1", "https://sms.example.com/v1", problem},
		{"/v1", "https://sms.example.com/relay/v1//", problem},
		{"/v1", "https://sms.example.com/%76%31", problem},
		{"/v1", "", "BaseURL: must not be empty"},
		{"", "https://sms.example.com/v1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.root+" "+tt.text, func(t *testing.T) {
			t.Parallel()
			_, err := baseurl.ParseWithout(tt.root, tt.text, false)
			if tt.problem == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.problem)
		})
	}
}
