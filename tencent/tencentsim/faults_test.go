package tencentsim

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestM2Constructor takes nothing that no request could satisfy or name.
func TestM2Constructor(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 501)
	for field, spoils := range map[string][]func(cfg *Config){
		"SecretID": {
			func(cfg *Config) { *cfg = Config{} },
			func(cfg *Config) { cfg.SecretID = "" },
			func(cfg *Config) { cfg.SecretID = "AKID/1" },
			func(cfg *Config) { cfg.SecretID = "AKID\n" },
			func(cfg *Config) { cfg.SecretID = "AKID\x001" },
		},
		"SecretKey": {func(cfg *Config) { cfg.SecretKey = "" }},
		"Token":     {func(cfg *Config) { cfg.Token = " token" }, func(cfg *Config) { cfg.Token = "to\nken" }},
		"AppID":     {func(cfg *Config) { cfg.AppID = "" }},
		"Signs":     {func(cfg *Config) { cfg.Signs = []string{""} }},
		"Templates": {
			func(cfg *Config) { cfg.Templates = map[string]Template{"": {Text: "{1}"}} },
			func(cfg *Config) { cfg.Templates = map[string]Template{"1": {Text: long[:len(long)-3] + "{1}"}} }, // and a signature
			func(cfg *Config) { cfg.Templates = map[string]Template{"1": {Text: long, International: true}} },
		},
		"Blocked": {func(cfg *Config) { cfg.Blocked = []string{"13800138000"} }},
	} {
		for _, spoil := range spoils {
			cfg := Config{SecretID: secretID, SecretKey: exampleKey, AppID: appID}
			spoil(&cfg)
			requirePanic(t, field, func() { New(cfg) })
		}
	}
	require.NotPanics(t, func() {
		New(Config{SecretID: secretID, SecretKey: exampleKey, AppID: appID, Token: "a b", Signs: []string{"签"}, Templates: map[string]Template{
			"1": {Text: long[:497*3] + "{1}"}, "2": {Text: long[:500*3] + "{2}", International: true},
		}})
	})
}

// requirePanic wants a panic that names the field.
func requirePanic(t *testing.T, field string, build func()) {
	t.Helper()
	defer func() {
		problem, _ := recover().(string)
		require.Contains(t, problem, "Config."+field+":")
	}()
	build()
}

// fromHost signs as the vendor's SDK for Node does: the service is what stands before
// the endpoint's first dot, and the host has lost its port.
func fromHost(endpoint, signedHost string) func(*http.Request) {
	return func(r *http.Request) {
		r.Host = endpoint
		service, _, _ := strings.Cut(endpoint, ".")
		signed := signing(signedHost, r.Header.Get("Content-Type"), r.Header.Get("X-TC-Timestamp"), exampleBody)
		signed.service = service
		r.Header.Set("Authorization", strings.Replace(authorize(signed), "/sms/", "/"+service+"/", 1))
	}
}

// TestM3ServiceFromHost: clients that name the service after their endpoint.
func TestM3ServiceFromHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ endpoint, signedHost string }{
		{"127.0.0.1:8080", "127.0.0.1"},
		{"127.0.0.1:8080", "127.0.0.1:8080"},
		{"localhost:8080", "localhost"},
		{"localhost", "localhost"},
		{"sms-sim.example", "sms-sim.example"},
		{"sms-sim.example:443", "sms-sim.example"},
		{"[::1]:8080", "[::1]"},
		{"[::1]:8080", "::1"},
		{"sms.localhost:8080", "sms.localhost"},
	} {
		q := request{action: "SendSms", body: exampleBody, change: fromHost(tt.endpoint, tt.signedHost)}
		reply, verdict := newAccount(Config{ServiceFromHost: true}).do(t, q)
		require.Equal(t, []string{"Ok"}, codes(t, reply), "%s: %s", tt.endpoint, verdict)

		reply, verdict = newAccount(Config{}).do(t, q)
		require.Equal(t, []string{"request: AuthFailure.SignatureFailure"}, codes(t, reply), tt.endpoint)
		require.True(t, strings.HasPrefix(verdict, "Authorization: "), verdict)
		require.Contains(t, verdict, "Config.ServiceFromHost of the simulator accepts th", tt.endpoint)
	}

	service := func(name string) func(*http.Request) {
		return func(r *http.Request) {
			fromHost("127.0.0.1:8080", "127.0.0.1")(r)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/127/", name, 1))
		}
	}
	for name, says := range map[string]string{
		"/cvm/": "Credential: want sms/tc3_request", "/127.0.0.1/": "Credential: want sms/tc3_request", "//": "Credential: want sms/tc3_request",
		"/sms/": "Signature: does not fit",
	} {
		_, verdict := newAccount(Config{ServiceFromHost: true}).do(t, request{action: "SendSms", body: exampleBody, change: service(name)})
		require.Contains(t, verdict, says, "the option takes the host's name only")
	}
	reply, verdict := newAccount(Config{ServiceFromHost: true}).send(t)
	require.Equal(t, []string{"Ok"}, codes(t, reply), verdict)
	_, verdict = newAccount(Config{}).do(t, request{action: "SendSms", body: exampleBody, change: fromHost("127.0.0.1:8080", "elsewhere")})
	require.Contains(t, verdict, `"127"`)
	require.Contains(t, verdict, "Besides, Signature: does not fit", "the option alone would not help")
}

// TestM4NotSimulated: calls of the service that the simulator has not, by whoever asks.
func TestM4NotSimulated(t *testing.T) {
	t.Parallel()
	unsigned := func(r *http.Request) { r.Header.Del("Authorization") }
	for _, action := range []string{
		"SmsPackagesStatistics", "CallbackStatusStatistics", "DescribePhoneNumberInfo", "ReportConversion", "SendMultiGlobalSms",
		"AddSmsSign", "AddSmsTemplate", "DeleteSmsSign", "DeleteSmsTemplate", "DescribeSmsSignList", "DescribeSmsTemplateList",
		"ModifySmsSign", "ModifySmsTemplate", "DescribeSendRecordList",
	} {
		for _, change := range []func(*http.Request){nil, unsigned} {
			reply, verdict := newAccount(Config{}).do(t, request{action: action, body: "{}", change: change})
			require.Equal(t, []string{"request: UnsupportedOperation"}, codes(t, reply))
			require.Contains(t, reply, `"Message":"not simulated: `+action+`"`)
			require.Equal(t, "X-TC-Action: not simulated: "+action, verdict)
		}
	}
	for _, action := range []string{"SendSMS", "describePhoneNumberInfo", "x"} {
		reply, verdict := newAccount(Config{}).do(t, request{action: action, body: "{}"})
		require.Equal(t, []string{"request: InvalidAction"}, codes(t, reply))
		require.NotContains(t, verdict, "not simulated")
	}
	for name := range actions {
		require.NotContains(t, notSimulated, name)
	}
}

// signedBy is the signature of an independent signer with keys of its own making.
func signedBy(t tc3, prefix string, between func([]byte) []byte, request string) string {
	key := []byte(prefix + exampleKey)
	for _, text := range []string{t.date, "sms", "tc3_request"} {
		key = between(hmacSHA256(key, text))
	}
	plain := "TC3-HMAC-SHA256\n" + t.timestamp + "\n" + t.date + "/sms/tc3_request\n" + sha256Hex([]byte(request))
	return hex.EncodeToString(hmacSHA256(key, plain))
}

// TestM5WhyWrong: the verdict names the mistake, alone or with another one; where it
// knows none it rules nothing out that it has not tried.
func TestM5WhyWrong(t *testing.T) {
	t.Parallel()
	raw := func(key []byte) []byte { return key }
	inHex := func(key []byte) []byte { return []byte(hex.EncodeToString(key)) }
	payload := sha256Hex([]byte(exampleBody))
	canonical := func(method, path, headers, gap, hash string) string {
		return method + "\n" + path + "\n\n" + headers + "\n" + gap + "content-type;host\n" + hash
	}
	const asSent = "content-type:application/json\nhost:sms.tencentcloudapi.com"
	right := canonical("POST", "/", asSent, "\n", payload)
	other := func(old, replacement string) string { return strings.Replace(right, old, replacement, 1) }
	for _, tt := range []struct {
		name, prefix, request string
		between               func([]byte) []byte
		says                  []string
	}{
		{"hexadecimal keys", "TC3", right, inHex, []string{"keys in between as hexadecimal text"}},
		{"key without TC3", "", right, raw, []string{"without TC3 before the SecretKey"}},
		{"both", "", right, inHex, []string{"without TC3", "hexadecimal text"}},
		{
			"hexadecimal keys and another content type", "TC3", other("application/json", "application/json; charset=utf-8"), inHex,
			[]string{"hexadecimal text", `made with content-type "application/json; charset=utf-8"`},
		},
		{"hexadecimal keys and no body", "TC3", other(payload, sha256Hex(nil)), inHex, []string{"hexadecimal text", "payload hash: made over an empty body"}},
		{"no empty line", "TC3", canonical("POST", "/", asSent, "", payload), raw, []string{"without the empty line"}},
		{"no path", "TC3", canonical("POST", "", asSent, "\n", payload), raw, []string{"without the / in the second line"}},
		{"method in lower case", "TC3", canonical("post", "/", asSent, "\n", payload), raw, []string{"method in lower case"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := signing("sms.tencentcloudapi.com", "application/json", "1700000000", exampleBody)
			_, verdict := newAccount(Config{}).do(t, request{action: "SendSms", body: exampleBody, change: func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(authorize(e), e.signature(exampleKey), signedBy(e, tt.prefix, tt.between, tt.request), 1))
			}})
			for _, says := range tt.says {
				require.Contains(t, verdict, says)
			}
			require.NotContains(t, verdict, "does not fit")
			require.NotContains(t, verdict, exampleKey)
		})
	}

	for name, change := range map[string]func(signature string) string{
		"another key": func(string) string {
			e := signing("sms.tencentcloudapi.com", "application/json", "1700000000", exampleBody)
			return e.signature("another key")
		},
		"base64": func(signature string) string {
			raw, _ := hex.DecodeString(signature)
			return base64.StdEncoding.EncodeToString(raw)
		},
	} {
		_, verdict := newAccount(Config{}).do(t, request{action: "SendSms", body: exampleBody, change: func(r *http.Request) {
			head, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", head+"Signature="+change(signature))
		}})
		if name == "base64" {
			require.Contains(t, verdict, "not base64")
			continue
		}
		require.Contains(t, verdict, "Signature: does not fit. Tested: ")
		require.Contains(t, verdict, "keys in between as hexadecimal text")
		require.Contains(t, verdict, "Not tested: whether the SecretKey is the same, and any other way to sign")
		require.NotContains(t, verdict, "is right")
	}

	_, verdict := newAccount(Config{}).do(t, request{action: "SendSms", body: exampleBody + "\n", change: func(r *http.Request) {
		resigned(func(*tc3) {})(r) // over the body without its line end
	}})
	require.Contains(t, verdict, "without the white space at its end")
}

// TestM6Country: the country of a number comes from what it begins with.
func TestM6Country(t *testing.T) {
	t.Parallel()
	for number, country := range map[string]string{
		"+12025550123": "US", "+8613800138000": "CN", "+85251234567": "HK", "+85362123456": "MO", "+886912345678": "TW",
		"+6591234567": "SG", "+447400123456": "GB", "+819012345678": "JP", "+821012345678": "KR", "+79123456789": "RU", "+77011234567": "KZ",
		"+16135550123": "CA", "+18765550123": "JM", "+60123456789": "MY", "+971501234567": "AE",
		"+8835100123456": "DEF", "+2991234567": "DEF",
	} {
		require.Equal(t, country, countryOf(number), number)
		reply, _ := newAccount(Config{}).send(t, "PhoneNumberSet", `["`+number+`"]`)
		require.Contains(t, reply, `"IsoCode":"`+country+`"`, number)
	}
	require.Equal(t, "DEF", countryOf(""))
	require.Equal(t, "DEF", countryOf("+"))
	require.Equal(t, "US", countryOf("+1"))
	reply, _ := newAccount(Config{Blocked: []string{"+12025550123"}}).send(t, "PhoneNumberSet", `["+12025550123"]`)
	require.Contains(t, reply, `"IsoCode":""`, "without a country, as before")
	for _, digits := range slices.Sorted(maps.Keys(countries)) {
		require.True(t, sim.IsDigits(digits) && len(digits) <= 4, digits)
		require.Regexp(t, `^[A-Z]{2}$`, countries[digits])
	}
	require.Len(t, countries, strings.Count(countryCodes, ",")+1, "no digits stand twice")
}
