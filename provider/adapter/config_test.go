package adapter_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	const good = "https://a.example"
	tests := []struct {
		name string
		cfg  adapter.Config
		want []string
	}{
		{name: "https", cfg: adapter.Config{BaseURL: good, NoTemplates: true}},
		{name: "http with port and path", cfg: adapter.Config{BaseURL: "http://127.0.0.1:8080/x/", NoTemplates: true}},
		{name: "templates", cfg: adapter.Config{BaseURL: good, Templates: provider.Templates{"login": {ID: "1"}}}},
		{name: "none", cfg: adapter.Config{NoTemplates: true}, want: []string{"BaseURL: must not be empty"}},
		{name: "no scheme", cfg: adapter.Config{BaseURL: "a.example", NoTemplates: true}, want: []string{"BaseURL: want https://"}},
		{name: "user", cfg: adapter.Config{BaseURL: "https://me:secret@a.example", NoTemplates: true}, want: []string{"BaseURL: must not have"}},
		{name: "no templates", cfg: adapter.Config{BaseURL: good}, want: []string{"Templates: must not be empty"}},
		{name: "bad template", cfg: adapter.Config{BaseURL: good, Templates: provider.Templates{"login": {}}}, want: []string{`Templates["login"]`}},
		{
			name: "credentials", want: []string{"User: must not be empty", "Key: has a space", "Mark: has a space", "Wide: has a space"},
			cfg: adapter.Config{BaseURL: good, NoTemplates: true, Credentials: []adapter.Credential{
				{Field: "User"},
				{Field: "Key", Value: "secret\n"},
				{Field: "Mark", Value: "secret\u200b"},
				{Field: "Wide", Value: "secret１"},
				{Field: "Good", Value: "secret!~"},
			}},
		},
		{
			name: "everything at once", cfg: adapter.Config{Timeout: -1},
			want: []string{"Templates: must not be empty", "BaseURL: must not be empty", "Timeout: must not be negative"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Service = "test"
			c, err := adapter.New(tt.cfg)
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, "test", c.Name(), "the default is the service's")
				return
			}
			require.Nil(t, c)
			require.ErrorContains(t, err, "test: config: ")
			problems := strings.Split(err.Error(), "\n")
			require.Len(t, problems, len(tt.want))
			for i, want := range tt.want {
				require.Contains(t, problems[i], want, "in this order")
			}
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestProblemsOfTheAdapterStandWithTheOthers(t *testing.T) {
	t.Parallel()
	_, err := adapter.New(adapter.Config{Service: "test", BaseURL: "https://a.example"}, nil, errors.New("Region: must not be empty"))
	require.EqualError(t, err, "test: config: Region: must not be empty\nTemplates: must not be empty")
}

func TestEachTemplate(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"b": {ID: "2"}, "a": {ID: "1"}, "c": {}}
	err := adapter.EachTemplate(templates, func(template provider.Template) []string {
		if template.ID == "" {
			return nil
		}
		return []string{"ID: not " + template.ID, "Sign: x"}
	})
	require.EqualError(t, err, `Templates["a"].ID: not 1`+"\n"+`Templates["a"].Sign: x`+"\n"+`Templates["b"].ID: not 2`+"\n"+`Templates["b"].Sign: x`)
	require.NoError(t, adapter.EachTemplate(templates, func(provider.Template) []string { return nil }))
}

// TestConfigIsTheClientsOwn changes what the caller has kept.
func TestConfigIsTheClientsOwn(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"login": {ID: "1"}}
	c, err := adapter.New(adapter.Config{Service: "test", BaseURL: "https://a.example/x", Templates: templates})
	require.NoError(t, err)
	templates["login"] = provider.Template{ID: "2"}
	c.BaseURL().Path = "/y"
	template, err := c.NewSend(provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"}).Template()
	require.NoError(t, err)
	require.Equal(t, "1", template.ID)
	require.Equal(t, "https://a.example/x", c.BaseURL().String())
}

func TestPrintsNothingOfWhatItHolds(t *testing.T) {
	t.Parallel()
	c, err := adapter.New(adapter.Config{
		Service: "test", Name: "mine", BaseURL: "https://a.example", NoTemplates: true, HTTPClient: http.DefaultClient,
		Credentials: []adapter.Credential{{Field: "Key", Value: "topsecret"}},
	})
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		require.Equal(t, "adapter.Client(mine)", fmt.Sprintf(verb, c), verb)
		require.Equal(t, "test.Provider(mine)", fmt.Sprintf(verb, c.Identity("test.Provider")), verb)
		inside := fmt.Sprintf(verb, struct{ c *adapter.Client }{c}) + fmt.Sprintf(verb, struct{ c adapter.Client }{*c})
		require.NotContains(t, inside, "topsecret", verb)
	}
	require.Equal(t, "mine", c.Identity("test.Provider").Name())
}

func TestNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, adapter.Beijing)
	c := newClient(t, adapter.Config{Now: func() time.Time { return now }})
	require.Equal(t, now, c.Now())
	require.Equal(t, now, c.NewSend(provider.Message{}).Receipt("1").At)
	require.Equal(t, "2026-11-21T08:00:00+08:00", now.Format(time.RFC3339))
}

// TestC4PlainHTTP has addresses at which credentials, numbers and codes would travel
// readable.
func TestC4PlainHTTP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		baseURL       string
		allowed, good bool
	}{
		{baseURL: "http://sms.example.com"},
		{baseURL: "http://10.0.0.1:8080"},
		{baseURL: "http://localhost.example.com"},
		{baseURL: "HTTP://sms.example.com"},
		{baseURL: "http://sms.example.com", allowed: true, good: true},
		{baseURL: "https://sms.example.com", good: true},
		{baseURL: "http://127.0.0.1:8080", good: true},
		{baseURL: "http://[::1]", good: true},
		{baseURL: "http://localhost", good: true},
	} {
		_, err := adapter.New(adapter.Config{Service: "test", NoTemplates: true, BaseURL: tt.baseURL, PlainHTTP: tt.allowed})
		if tt.good {
			require.NoError(t, err, tt.baseURL)
			continue
		}
		require.ErrorContains(t, err, "BaseURL: want https://", tt.baseURL)
		require.ErrorContains(t, err, "PlainHTTP", "the remedy")
	}
}
