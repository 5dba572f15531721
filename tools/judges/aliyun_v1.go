package judges

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/dypnsapi"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/dysmsapi"
)

// aliyunV1 is the older SDK for Go, which signs with V1 and puts everything into the
// query. It has a client for each product.
type aliyunV1 map[string]func(c call) (any, error)

func newDysmsV1(context.Context) (client, error) {
	return aliyunV1{
		"SendSms":          v1(openDysms, dysmsapi.CreateSendSmsRequest, (*dysmsapi.Client).SendSms),
		"SendBatchSms":     v1(openDysms, dysmsapi.CreateSendBatchSmsRequest, (*dysmsapi.Client).SendBatchSms),
		"GetSmsSign":       v1(openDysms, dysmsapi.CreateGetSmsSignRequest, (*dysmsapi.Client).GetSmsSign),
		"QuerySendDetails": v1(openDysms, dysmsapi.CreateQuerySendDetailsRequest, (*dysmsapi.Client).QuerySendDetails),
	}, nil
}

func newDypnsV1(context.Context) (client, error) {
	return aliyunV1{
		"SendSmsVerifyCode":  v1(openDypns, dypnsapi.CreateSendSmsVerifyCodeRequest, (*dypnsapi.Client).SendSmsVerifyCode),
		"CheckSmsVerifyCode": v1(openDypns, dypnsapi.CreateCheckSmsVerifyCodeRequest, (*dypnsapi.Client).CheckSmsVerifyCode),
		"QuerySendDetails":   v1(openDypns, dypnsapi.CreateQuerySendDetailsRequest, (*dypnsapi.Client).QuerySendDetails),
	}, nil
}

func openDysms(c call) (*dysmsapi.Client, error) {
	client, err := dysmsapi.NewClientWithAccessKey("cn-hangzhou", c.ID, c.Secret)
	if err == nil {
		client.Domain = c.Address
	}
	return client, err
}

func openDypns(c call) (*dypnsapi.Client, error) {
	client, err := dypnsapi.NewClientWithAccessKey("cn-hangzhou", c.ID, c.Secret)
	if err == nil {
		client.Domain = c.Address
	}
	return client, err
}

// v1 makes a call with a client of its own: one method, whose request takes its fields
// from the parameters.
func v1[C any, R rpcRequest, A any](open func(c call) (C, error), request func() R, method func(C, R) (A, error)) func(c call) (any, error) {
	return func(c call) (any, error) {
		client, err := open(c)
		if err != nil {
			return nil, err
		}
		r := request()
		if err := fill(r, c.Params); err != nil {
			return nil, err
		}
		return method(client, r)
	}
}

// rpcRequest is any request of the SDK.
type rpcRequest interface{ SetScheme(scheme string) }

// fill sets the fields of a request, which have the names of the parameters.
func fill(request rpcRequest, p params) error {
	request.SetScheme(requests.HTTP)
	texts := map[string]string{}
	for name, value := range p {
		texts[name] = fmt.Sprint(value)
	}
	fields, err := json.Marshal(texts)
	if err != nil {
		return err
	}
	return json.Unmarshal(fields, request)
}

func (a aliyunV1) call(_ context.Context, c call) (outcome, error) {
	method, ok := a[c.Action]
	if !ok {
		return outcome{}, fmt.Errorf("%s: the judge does not know the call", c.Action)
	}
	answer, err := method(c)
	if refused := (*sdkerrors.ServerError)(nil); errors.As(err, &refused) {
		return thrownBy(refused, refused.ErrorCode(), refused.HttpStatus()), nil
	}
	return returned(answer, err)
}

func (aliyunV1) close() {}
