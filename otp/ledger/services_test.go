package ledger_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// service is a simulated service and the adapter for it.
type service struct {
	sim.Service
	*sim.Account
	// unit is what one of Spent is worth.
	unit failover.Money
	// member is what is known of its prices.
	member ledger.Member
	// open makes the adapter.
	open func(client *http.Client) (provider.Provider, error)
	// report has the service know what became of a text; nil where it knows by itself. push
	// pushes its reports; nil where there are none.
	report func(text sim.Text, failed bool)
	push   func(ctx context.Context, client *http.Client, address string) (int, error)
}

// bill is what the service has charged.
func (s *service) bill() failover.Money {
	s.Lock()
	defer s.Unlock()
	return failover.Money(s.Spent()) * s.unit
}

const secret = "0123456789abcdef0123456789abcdef"

// shown is the text of every service, as the ledger is told of it.
func shown(sign string) provider.Templates {
	return provider.Templates{"login": {Text: "{name}您好，您的验证码是{code}，5分钟内有效。", Sign: sign}}
}

// byID is the same where the service knows the text.
func byID(id string) provider.Templates {
	return provider.Templates{"login": {ID: id, Params: []string{"name", "code"}}}
}

func newAliyun() *service {
	account := aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "key", AccessKeySecret: secret,
		Templates: map[string]aliyunsim.Template{"SMS_1": {Text: "${name}您好，您的验证码是${code}，5分钟内有效。"}},
	})
	return &service{
		Service: account, Account: account.Account, unit: 45 * failover.Li, push: account.PushReports,
		member: ledger.Member{Price: 45 * failover.Li, Bills: ledger.Delivered, Texts: shown("示例签名")},
		open: func(client *http.Client) (provider.Provider, error) {
			return aliyun.New(aliyun.Config{
				AccessKeyID: "key", AccessKeySecret: secret, Sign: "示例签名", Templates: byID("SMS_1"), HTTPClient: client,
			})
		},
		report: func(t sim.Text, failed bool) {
			account.Report(aliyunsim.Delivery{BizID: t.ID, Phone: t.To, At: t.At, Failed: failed})
		},
	}
}

func newAliyunVerification() *service {
	const sign = "速通互联验证码"
	account := aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "key", AccessKeySecret: secret, Verification: aliyunsim.VerificationConfig{
			Templates: map[string]string{"100001": "${name}您好，您的验证码是${code}，5分钟内有效。"},
		},
	}).Verification()
	return &service{
		Service: account, Account: account.Account, unit: 60 * failover.Li, push: account.PushReports,
		member: ledger.Member{Price: 60 * failover.Li, Bills: ledger.Delivered, Texts: shown(""), Sign: sign},
		open: func(client *http.Client) (provider.Provider, error) {
			return aliyun.NewVerification(aliyun.VerificationConfig{
				AccessKeyID: "key", AccessKeySecret: secret, Sign: sign, Templates: byID("100001"), HTTPClient: client,
			})
		},
		report: func(t sim.Text, failed bool) {
			account.Report(aliyunsim.Delivery{BizID: t.ID, Phone: t.To, At: t.At, Failed: failed})
		},
	}
}

func newTencent() *service {
	account := tencentsim.New(tencentsim.Config{
		SecretID: "id", SecretKey: secret, AppID: "1400000000",
		Templates: map[string]tencentsim.Template{"1110": {Text: "{1}您好，您的验证码是{2}，5分钟内有效。"}},
	})
	return &service{
		Service: account, Account: account.Account, unit: 47 * failover.Li, push: account.PushReports,
		member: ledger.Member{Price: 47 * failover.Li, Bills: ledger.Accepted, Texts: shown("示例签名"), Counted: "fee"},
		open: func(client *http.Client) (provider.Provider, error) {
			return tencent.New(tencent.Config{
				SecretID: "id", SecretKey: secret, AppID: "1400000000", Sign: "示例签名", Templates: byID("1110"), HTTPClient: client,
			})
		},
		report: func(t sim.Text, failed bool) {
			account.Report(tencentsim.Delivery{Serial: t.ID, Phone: t.To, Session: t.Ref, At: t.At, Failed: failed})
		},
	}
}

func newRonglian() *service {
	account := rongliansim.New(rongliansim.Config{
		AccountSID: secret, AuthToken: secret, AppID: secret, Price: 6, Undelivered: []string{"13900000007", "13900000021"},
		Templates: map[string]string{"1": "{1}您好，您的验证码是{2}，5分钟内有效。"},
	})
	return &service{
		Service: account, Account: account.Account, unit: failover.Fen, push: account.PushReports,
		member: ledger.Member{Price: 6 * failover.Fen, PerText: true, Bills: ledger.Accepted, Counted: "smsCount"},
		open: func(client *http.Client) (provider.Provider, error) {
			return ronglian.New(ronglian.Config{
				AccountSID: secret, AuthToken: secret, AppID: secret, Templates: byID("1"), HTTPClient: client,
			})
		},
	}
}

func newIhuyi() *service {
	account := ihuyisim.New(ihuyisim.Config{Account: "account", APIKey: secret})
	return &service{
		Service: account, Account: account.Account, unit: 50 * failover.Li,
		member: ledger.Member{Price: 50 * failover.Li, PerText: true, Bills: ledger.Accepted},
		open: func(client *http.Client) (provider.Provider, error) {
			return ihuyi.New(ihuyi.Config{Account: "account", APIKey: secret, Templates: shown(""), HTTPClient: client})
		},
	}
}

func newZhenzi() *service {
	account := zhenzisim.New(zhenzisim.Config{AppID: "100000", AppSecret: secret})
	return &service{
		Service: account, Account: account.Account, unit: 30 * failover.Li,
		member: ledger.Member{Price: 30 * failover.Li, PerText: true, Bills: ledger.Accepted},
		open: func(client *http.Client) (provider.Provider, error) {
			return zhenzi.New(zhenzi.Config{AppID: "100000", AppSecret: secret, Templates: shown(""), HTTPClient: client})
		},
	}
}

func newBmob() *service {
	account := bmobsim.New(bmobsim.Config{AppID: "app", RESTKey: secret, Sign: "示例", Templates: map[string]string{
		"登录": "%name%您好，您的验证码是%code%，5分钟内有效。",
	}})
	return &service{
		Service: account, Account: account.Account, unit: 50 * failover.Li,
		member: ledger.Member{Price: 50 * failover.Li, Bills: ledger.Accepted, Texts: shown("示例")},
		open: func(client *http.Client) (provider.Provider, error) {
			return bmob.New(bmob.Config{AppID: "app", RESTKey: secret, Templates: byID("登录"), HTTPClient: client})
		},
	}
}

func newMob() *service {
	account := mobsim.New(mobsim.Config{AppKey: secret})
	return &service{
		Service: account.Custom(), Account: account.Account, unit: 50 * failover.Li,
		member: ledger.Member{Price: 50 * failover.Li, PerText: true, Bills: ledger.Accepted},
		open: func(client *http.Client) (provider.Provider, error) {
			return mob.New(mob.Config{AppKey: secret, Templates: byID("1001"), HTTPClient: client})
		},
	}
}

// services are all whose simulators keep a bill.
func services() map[string]func() *service {
	return map[string]func() *service{
		"aliyun": newAliyun, "aliyun-verification": newAliyunVerification, "tencent": newTencent, "ronglian": newRonglian,
		"ihuyi": newIhuyi, "zhenzi": newZhenzi, "bmob": newBmob, "mob": newMob,
	}
}

// losing is a network that loses what the test says: the request, or the answer.
type losing struct {
	inside http.RoundTripper
	lose   func() (request, answer bool)
}

func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	request, answer := l.lose()
	if request {
		return nil, io.ErrUnexpectedEOF
	}
	response, err := l.inside.RoundTrip(r)
	if err == nil && answer {
		_ = response.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return response, err
}

// to is a client of a handler in memory.
func to(tb testing.TB, handler http.Handler, err error) *http.Client {
	tb.Helper()
	require.NoError(tb, err)
	return &http.Client{Transport: sim.HandlerTransport(handler)}
}
