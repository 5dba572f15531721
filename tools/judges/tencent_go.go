package judges

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// tencentSDK is the SDK for Go as its users have it. Our adapter encodes and signs with
// it, but reads replies by itself.
type tencentSDK map[string]func(c call) (any, error)

func newTencentSDK(context.Context) (client, error) {
	return tencentSDK{
		"SendSms":                        tencentMethod(sms.NewSendSmsRequest, (*sms.Client).SendSms),
		"PullSmsSendStatus":              tencentMethod(sms.NewPullSmsSendStatusRequest, (*sms.Client).PullSmsSendStatus),
		"PullSmsSendStatusByPhoneNumber": tencentMethod(sms.NewPullSmsSendStatusByPhoneNumberRequest, (*sms.Client).PullSmsSendStatusByPhoneNumber),
		"ReportConversion":               tencentMethod(sms.NewReportConversionRequest, (*sms.Client).ReportConversion),
	}, nil
}

// tencentMethod makes a call with a client of its own.
func tencentMethod[R any, A any](request func() *R, method func(*sms.Client, *R) (*A, error)) func(c call) (any, error) {
	return func(c call) (any, error) {
		p := profile.NewClientProfile()
		p.HttpProfile.Scheme, p.HttpProfile.Endpoint = "HTTP", c.Address
		client, err := sms.NewClient(common.NewCredential(c.ID, c.Secret), "ap-guangzhou", p)
		if err != nil {
			return nil, err
		}
		fields, err := json.Marshal(c.Params)
		if err != nil {
			return nil, err
		}
		r := request()
		if err := json.Unmarshal(fields, r); err != nil {
			return nil, err
		}
		return method(client, r)
	}
}

func (s tencentSDK) call(_ context.Context, c call) (outcome, error) {
	method, ok := s[c.Action]
	if !ok {
		return outcome{}, fmt.Errorf("%s: the judge does not know the call", c.Action)
	}
	answer, err := method(c)
	if refused := (*sdkerrors.TencentCloudSDKError)(nil); errors.As(err, &refused) {
		return thrownBy(refused, refused.Code, 0), nil
	}
	got, err := returned(answer, err)
	if err != nil || got.Thrown != nil {
		return got, err
	}
	var whole struct{ Response json.RawMessage } // which the SDK for Node takes off
	err = json.Unmarshal(got.Reply, &whole)
	got.Reply = whole.Response
	return got, err
}

func (tencentSDK) close() {}
