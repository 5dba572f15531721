package tencent_test

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider/providertest"
)

// bareSDK is the floor of the vendor's SDK: one call with the same fields and its own
// settings, of which a time limit is one.
func bareSDK() providertest.Floor {
	return providertest.Floor{Name: "sdk", New: func(transport http.RoundTripper) func(context.Context, providertest.RawRequest) error {
		var (
			once   sync.Once
			client *sms.Client
			err    error
		)
		return func(ctx context.Context, raw providertest.RawRequest) error {
			once.Do(func() { client, err = newBareClient(raw.URL, transport) })
			if err != nil {
				return err
			}
			request := sms.NewSendSmsRequest()
			request.PhoneNumberSet = common.StringPtrs([]string{"+8613800138000"})
			request.SmsSdkAppId, request.TemplateId, request.SignName = common.StringPtr(appID), common.StringPtr("1110"), common.StringPtr("示例签名")
			request.TemplateParamSet = common.StringPtrs([]string{"042137"})
			_, err := client.SendSmsWithContext(ctx, request)
			return err
		}
	}}
}

func newBareClient(rawURL string, transport http.RoundTripper) (*sms.Client, error) {
	address, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	settings := profile.NewClientProfile()
	settings.HttpProfile.Scheme, settings.HttpProfile.Endpoint = address.Scheme, address.Host
	client, err := sms.NewClient(common.NewCredential(secretID, secretKey), "ap-guangzhou", settings)
	if err != nil {
		return nil, err
	}
	client.WithHttpTransport(transport)
	return client, nil
}

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, harness(), wiretest.BareResty(), bareSDK())
}
