package main

import (
	"errors"
	"time"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/tencent"
)

const (
	// purposeLogin is what codes are for here, and the name of their text.
	purposeLogin = "login"
	// codeLife is how long a code is good; the texts say so.
	codeLife = 5 * time.Minute
	// patience is how long a user waits for the old phone to send, before a paid service
	// takes over.
	patience = 8 * time.Second
)

// The ways of a text.
const (
	wayFree    = relay.DefaultName
	wayAliyun  = aliyun.DefaultVerificationName
	wayTencent = tencent.DefaultName
)

// freeText is what the old phone sends.
const freeText = "【示例】您的验证码是{code}，5分钟内有效。请勿告诉他人。"

// What the services make of their templates; the ledger counts it.
const (
	aliyunText  = "您正在登录或注册，验证码{code}，5分钟内有效，请勿泄露。"
	tencentText = "您的验证码是{code}，5分钟内有效。"
)

// What a segment costs; see the services' pages in docs.
const (
	priceAliyun  = 60 * failover.Li
	priceTencent = 47 * failover.Li
)

// members are the ways that a text can go.
type members struct{ free, aliyun, tencent provider.Provider }

func (w *world) newMembers() (m members, err error) {
	var errFree, errAliyun, errTencent error
	m.free, errFree = relay.New(relay.Config{
		BaseURL: w.relay.URL, Token: siteToken, Wait: patience,
		Templates: provider.Templates{purposeLogin: {Text: freeText}},
	})
	m.aliyun, errAliyun = aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret, Sign: aliyunSign, BaseURL: w.services.URL(), CodeLife: codeLife,
		Templates: provider.Templates{purposeLogin: {ID: aliyunTemplate, Params: []string{provider.ParamCode}}},
	})
	m.tencent, errTencent = tencent.New(tencent.Config{
		SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID, Sign: tencentSign, BaseURL: w.services.URL(),
		Templates: provider.Templates{purposeLogin: {ID: tencentTemplate, Params: []string{provider.ParamCode}}},
	})
	return m, errors.Join(errFree, errAliyun, errTencent)
}

// newSender is what the site sends through: the first text of a code goes to the old phone,
// every other one is paid. The ledger watches all of them.
func (w *world) newSender(m members) (*failover.Composer, error) {
	paid, err := failover.NewChain(failover.ChainConfig{Name: "paid", Now: w.clock.Now},
		failover.Member{Provider: w.books.Watch(m.aliyun), Price: priceAliyun},
		failover.Member{Provider: w.books.Watch(m.tencent), Price: priceTencent})
	if err != nil {
		return nil, err
	}
	return failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: w.books.Watch(m.free)}, Retry: failover.Member{Provider: paid}, Now: w.clock.Now,
	})
}
