package main

import (
	"errors"
	"time"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/tencent"
)

// phonePatience is how long a user waits for the old phone to send, before a
// paid provider takes over.
const phonePatience = 8 * time.Second

// aliyunTemplate is the given template for logins of Aliyun's 短信认证.
const aliyunTemplate = "100001"

// newSender builds what a website would have: the relay for first attempts, and for
// every retry Aliyun's 短信认证, which a person can open too, then Tencent, then Ihuyi.
func newSender(w *world, n *narrator) (*failover.Composer, error) {
	free, errRelay := relay.New(relay.Config{
		BaseURL: w.relayURL, Token: siteToken, Wait: phonePatience,
		Templates: provider.Templates{templateLogin: {Text: "您的验证码是{code}，5分钟内有效。"}},
	})
	first, errAliyun := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret, Sign: aliyunSign,
		Templates: provider.Templates{templateLogin: {ID: aliyunTemplate, Params: []string{provider.ParamCode}}},
		BaseURL:   w.services.URL(),
	})
	second, errTencent := tencent.New(tencent.Config{
		SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID, Sign: tencentSign,
		Templates: provider.Templates{templateLogin: {ID: tencentTemplate, Params: []string{provider.ParamCode}}},
		BaseURL:   w.services.URL(),
	})
	third, errIhuyi := ihuyi.New(ihuyi.Config{
		Account: ihuyiAccount, APIKey: ihuyiAPIKey,
		Templates: provider.Templates{templateLogin: {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
		BaseURL:   w.services.URL(),
	})
	if err := errors.Join(errRelay, errAliyun, errTencent, errIhuyi); err != nil {
		return nil, err
	}
	paid, err := failover.NewChain(failover.ChainConfig{Name: "paid"},
		failover.Member{Provider: first}, failover.Member{Provider: second}, failover.Member{Provider: third})
	if err != nil {
		return nil, err
	}
	return newComposer(free, paid, n)
}

// newComposer is the rule of the library in one place.
func newComposer(free, paid provider.Provider, n *narrator) (*failover.Composer, error) {
	return failover.NewComposer(failover.ComposerConfig{
		First:     failover.Member{Provider: free},
		Retry:     failover.Member{Provider: paid},
		OnAttempt: n.attempt,
	})
}
