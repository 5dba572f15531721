package fake_test

import (
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/provider/providertest"
)

// fakes makes one fake of each type, and returns the Provider inside as well.
var fakes = map[string]func() (whole provider.Provider, inside *fake.Provider){
	"Provider": func() (provider.Provider, *fake.Provider) {
		p := &fake.Provider{}
		return p, p
	},
	"Verifier": func() (provider.Provider, *fake.Provider) {
		v := &fake.Verifier{}
		return v, &v.Provider
	},
	"BalanceReader": func() (provider.Provider, *fake.Provider) {
		b := &fake.BalanceReader{Amount: "12.50"}
		return b, &b.Provider
	},
	"StatusReader": func() (provider.Provider, *fake.Provider) {
		s := &fake.StatusReader{}
		return s, &s.Provider
	},
	"BatchSender": func() (provider.Provider, *fake.Provider) {
		b := &fake.BatchSender{}
		return b, &b.Provider
	},
	"ReportPuller": func() (provider.Provider, *fake.Provider) {
		p := &fake.ReportPuller{}
		return p, &p.Provider
	},
	"ReportParser": func() (provider.Provider, *fake.Provider) {
		p := &fake.ReportParser{}
		return p, &p.Provider
	},
	"CaptchaIssuer": func() (provider.Provider, *fake.Provider) {
		c := &fake.CaptchaIssuer{}
		return c, &c.Provider
	},
}

// harness runs the suite on fakes of one type that know one template.
func harness(kind string, login provider.Template) providertest.Harness {
	return providertest.Harness{
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			whole, inside := fakes[kind]()
			inside.Templates, inside.Now = e.Templates.Clone(), e.Now
			return whole, nil
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates: provider.Templates{"login": login},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for kind := range fakes {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, harness(kind, provider.Template{Text: "Your code is {code}."}))
		})
	}
}

// The fakes conform as well where the service makes the code.
func TestU4Conformance(t *testing.T) {
	t.Parallel()
	for kind := range fakes {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := harness(kind, provider.Template{Ignore: []string{provider.ParamCode}})
			h.Skip = map[string]string{"missing-parameter": "the service makes the code, so no parameter can be missing"}
			providertest.Run(t, h)
		})
	}
}
