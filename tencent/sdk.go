package tencent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// sdk is the vendor's SDK, which encodes and signs requests. What it does besides is
// not wanted: it can repeat requests and go to another host, follows redirects, reads
// replies without a limit, panics on some, and repeats them in its errors. So its
// transport makes the exchange through the call and keeps the reply from it.
type sdk struct {
	client *sms.Client
	appID  *string // fmt does not follow a pointer behind a pointer
}

func newSDK(cfg Config, base *url.URL) (*sdk, error) {
	credential := common.NewTokenCredential(string(cfg.SecretID), string(cfg.SecretKey), string(cfg.Token))
	client, err := sms.NewClient(credential, cfg.Region, newProfile(base))
	if err != nil {
		return nil, err
	}
	client.WithHttpTransport(transport{})
	return &sdk{client: client, appID: &cfg.AppID}, nil
}

// checkGlobals refuses a client that the SDK would take for its own, changing its
// Timeout and Transport.
func checkGlobals() error {
	if common.DefaultHttpClient != nil {
		return errors.New("the SDK's global common.DefaultHttpClient is set: leave it nil and set HTTPClient")
	}
	return nil
}

// newProfile starts from the SDK's own defaults: in a profile made as a literal the
// region breaker is on, which after five failures turns to another host.
func newProfile(base *url.URL) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries = 0
	p.RateLimitExceededMaxRetries = 0
	p.UnsafeRetryOnConnectionFailure = false
	p.Debug = false
	p.HttpProfile.ReqTimeout = 0 // whole seconds only; the context bounds the exchange
	p.HttpProfile.Scheme = strings.ToUpper(base.Scheme)
	p.HttpProfile.Endpoint = strings.TrimSuffix(base.Host, ":")
	return p
}

// exchange is the one request of a call. It travels to the transport in the request's
// context.
type exchange struct {
	call  *adapter.Call
	begun bool
	reply adapter.Reply
	err   error // of the call
}

type exchangeKey struct{}

// transport is the SDK's only way out.
type transport struct{}

var (
	errNotOurs = errors.New("tencent: the SDK may make one request a call, and only for a call")
	errKept    = errors.New("tencent: the SDK gets no replies")
)

// RoundTrip makes the one request of a call. Of the SDK's request only what goes onto
// the wire is used: not its GetBody, by which net/http repeats requests.
func (transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok || x.begun {
		return nil, errNotOurs
	}
	x.begun = true
	x.reply, x.err = x.call.Forward(r.Context(), r)
	return nil, errKept
}

// ask makes the one request of a call and reads the answer into a pointer to a
// struct.
func (s *sdk) ask(ctx context.Context, call *adapter.Call, request tchttp.Request, answer any) error {
	x := &exchange{call: call}
	request.SetContext(context.WithValue(ctx, exchangeKey{}, x))
	err := s.client.Send(request, &tchttp.BaseResponse{})
	switch {
	case !x.begun:
		return call.Fail(provider.KindConfig, "the SDK made no request: %s", call.Redact(fmt.Sprint(err)))
	case x.err != nil:
		return x.err
	}
	return read(call, x.reply, answer)
}

// The requests. Each is made for one call: a request remembers the host that it first
// went to.

func (s *sdk) sendSMS(submitted submission) tchttp.Request {
	request := sms.NewSendSmsRequest()
	for _, phone := range submitted.phones {
		request.PhoneNumberSet = append(request.PhoneNumberSet, common.StringPtr(phone.E164()))
	}
	request.SmsSdkAppId, request.TemplateId, request.SignName = s.appID, &submitted.template, optional(submitted.sign)
	if len(submitted.values) > 0 {
		request.TemplateParamSet = common.StringPtrs(submitted.values)
	}
	request.ExtendCode, request.SessionContext = optional(submitted.extendCode), optional(submitted.session)
	request.SenderId = optional(submitted.senderID)
	return request
}

// optional leaves an empty field out of the request.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (s *sdk) pullDeliveries(limit uint64) tchttp.Request {
	request := sms.NewPullSmsSendStatusRequest()
	request.SmsSdkAppId, request.Limit = s.appID, &limit
	return request
}

func (s *sdk) pullReplies(limit uint64) tchttp.Request {
	request := sms.NewPullSmsReplyStatusRequest()
	request.SmsSdkAppId, request.Limit = s.appID, &limit
	return request
}

func (s *sdk) pullDeliveriesTo(phone string, since uint64) tchttp.Request {
	request := sms.NewPullSmsSendStatusByPhoneNumberRequest()
	request.SmsSdkAppId, request.PhoneNumber, request.BeginTime = s.appID, &phone, &since
	request.Offset, request.Limit = common.Uint64Ptr(0), common.Uint64Ptr(mostReports)
	return request
}

// statistics has its hours as yyyymmddhh.
func (s *sdk) statistics(from, to string) tchttp.Request {
	request := sms.NewSendStatusStatisticsRequest()
	request.SmsSdkAppId, request.BeginTime, request.EndTime = s.appID, &from, &to
	request.Limit, request.Offset = common.Uint64Ptr(0), common.Uint64Ptr(0)
	return request
}
