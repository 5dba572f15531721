package tencent

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// sdk is the vendor's SDK behind a transport that does not trust it. The SDK
// signs, encodes and decodes. It turns every failure into one error type that
// unwraps to nothing, follows redirects, reads replies without a limit and
// panics on some; so the transport makes the exchange through httpx, keeps
// what became of it, and shows the SDK only replies that it can read.
type sdk struct {
	client    *sms.Client
	exchanges *httpx.Client
	appID     string
	secrets   []string
}

// newSDK makes a client for a Config that Validate accepts.
func newSDK(cfg Config) (*sdk, error) {
	if common.DefaultHttpClient != nil {
		// The SDK would take it for its own and change its Timeout and Transport.
		return nil, errors.New("the SDK's global common.DefaultHttpClient is set: leave it nil and set HTTPClient")
	}
	exchanges, err := httpx.New(cfg.http())
	if err != nil {
		return nil, err
	}
	credential := common.NewTokenCredential(string(cfg.SecretID), string(cfg.SecretKey), string(cfg.Token))
	client, err := sms.NewClient(credential, cfg.Region, newProfile(exchanges.URL("", "")))
	if err != nil {
		return nil, err
	}
	client.WithHttpTransport(&transport{exchanges})
	return &sdk{
		client: client, exchanges: exchanges, appID: cfg.AppID,
		secrets: []string{string(cfg.SecretID), string(cfg.SecretKey), string(cfg.Token)},
	}, nil
}

// newProfile starts from the SDK's own defaults: in a profile made as a literal
// the region breaker is on, and at this version it counts successes as failures
// and turns to another host after five.
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

// refusal is a whole request that the service refused.
type refusal struct {
	code, text, requestID string
	status                int
}

func (r *refusal) Error() string { return r.code }

// call makes one call of the SDK and returns what inside brings out of the
// answer, which may be nothing: the SDK takes {} for a success. The error is an
// *provider.Error or a *refusal. The request must be a fresh one, because a
// request remembers the host that it first went to.
func call[Q, A, P any](ctx context.Context, s *sdk, op string, method func(context.Context, Q) (A, error), request Q, inside func(A) *P) (*P, error) {
	x := &exchange{op: op}
	answer, err := method(context.WithValue(ctx, exchangeKey{}, x), request)
	if err != nil {
		return nil, s.failure(x, err)
	}
	params := inside(answer)
	if params == nil {
		return nil, s.exchanges.BadReply(op, x.reply, "no Response in it")
	}
	return params, nil
}

// failure says what really happened. Errors of the SDK's own making have codes
// that begin with ClientError and texts that repeat the reply.
func (s *sdk) failure(x *exchange, err error) error {
	if x.err != nil {
		return x.err
	}
	if !x.begun {
		return &provider.Error{Op: x.op, Kind: provider.KindConfig, Text: "the SDK made no request", Err: err}
	}
	var api *sdkerrors.TencentCloudSDKError
	if !errors.As(err, &api) || api.Code == "" || strings.HasPrefix(api.Code, "ClientError.") {
		return s.exchanges.BadReply(x.op, x.reply, "not what the service promises")
	}
	return &refusal{code: api.Code, text: api.Message, requestID: api.RequestId, status: x.reply.Status}
}

// sendSMS submits one text to some numbers.
func (s *sdk) sendSMS(ctx context.Context, submitted submission) (sendReply, error) {
	request := sms.NewSendSmsRequest()
	request.PhoneNumberSet = make([]*string, len(submitted.phones))
	for i, phone := range submitted.phones {
		request.PhoneNumberSet[i] = common.StringPtr(phone.E164())
	}
	request.SmsSdkAppId = &s.appID
	request.TemplateId = &submitted.template
	request.SignName = optional(&submitted.sign)
	if len(submitted.values) > 0 {
		request.TemplateParamSet = common.StringPtrs(submitted.values)
	}
	request.ExtendCode = optional(&submitted.extendCode)
	request.SessionContext = optional(&submitted.session)
	request.SenderId = optional(&submitted.senderID)
	response, err := call(ctx, s, provider.OpSend, s.client.SendSmsWithContext, request,
		func(r *sms.SendSmsResponse) *sms.SendSmsResponseParams { return r.Response })
	if err != nil {
		return sendReply{}, err
	}
	reply := sendReply{requestID: value(response.RequestId)}
	for _, status := range response.SendStatusSet {
		if status != nil {
			reply.statuses = append(reply.statuses, statusOf(status))
		}
	}
	return reply, nil
}

func statusOf(s *sms.SendStatus) sendStatus {
	status := sendStatus{serial: value(s.SerialNo), phone: value(s.PhoneNumber), code: value(s.Code), text: value(s.Message)}
	if s.Fee != nil {
		status.fee = strconv.FormatUint(*s.Fee, 10)
	}
	return status
}

// pullDeliveries takes delivery reports out of the service's queue.
func (s *sdk) pullDeliveries(ctx context.Context, limit uint64) ([]delivery, error) {
	request := sms.NewPullSmsSendStatusRequest()
	request.SmsSdkAppId, request.Limit = &s.appID, &limit
	response, err := call(ctx, s, provider.OpReports, s.client.PullSmsSendStatusWithContext, request,
		func(r *sms.PullSmsSendStatusResponse) *sms.PullSmsSendStatusResponseParams { return r.Response })
	if err != nil {
		return nil, err
	}
	return deliveriesOf(response.PullSmsSendStatusSet), nil
}

// deliveriesTo asks for the delivery reports of one number since a moment.
func (s *sdk) deliveriesTo(ctx context.Context, phone string, since uint64) ([]delivery, error) {
	request := sms.NewPullSmsSendStatusByPhoneNumberRequest()
	request.SmsSdkAppId, request.PhoneNumber, request.BeginTime = &s.appID, &phone, &since
	request.Offset, request.Limit = common.Uint64Ptr(0), common.Uint64Ptr(mostReports)
	response, err := call(ctx, s, provider.OpStatus, s.client.PullSmsSendStatusByPhoneNumberWithContext, request,
		func(r *sms.PullSmsSendStatusByPhoneNumberResponse) *sms.PullSmsSendStatusByPhoneNumberResponseParams {
			return r.Response
		})
	if err != nil {
		return nil, err
	}
	return deliveriesOf(response.PullSmsSendStatusSet), nil
}

func deliveriesOf(rows []*sms.PullSmsSendStatus) []delivery {
	deliveries := make([]delivery, 0, len(rows))
	for _, row := range rows {
		if row != nil {
			deliveries = append(deliveries, delivery{
				serial: value(row.SerialNo), status: value(row.ReportStatus), description: value(row.Description),
				session: value(row.SessionContext), unixTime: value(row.UserReceiveTime),
				from: handset{value(row.CountryCode), value(row.SubscriberNumber), value(row.PhoneNumber)},
			})
		}
	}
	return deliveries
}

// pullAnswers takes replies out of the service's queue.
func (s *sdk) pullAnswers(ctx context.Context, limit uint64) ([]answer, error) {
	request := sms.NewPullSmsReplyStatusRequest()
	request.SmsSdkAppId, request.Limit = &s.appID, &limit
	response, err := call(ctx, s, provider.OpReports, s.client.PullSmsReplyStatusWithContext, request,
		func(r *sms.PullSmsReplyStatusResponse) *sms.PullSmsReplyStatusResponseParams { return r.Response })
	if err != nil {
		return nil, err
	}
	var answers []answer
	for _, row := range response.PullSmsReplyStatusSet {
		if row != nil {
			answers = append(answers, answer{
				text: value(row.ReplyContent), sign: value(row.SignName), extendCode: value(row.ExtendCode),
				from: handset{value(row.CountryCode), value(row.SubscriberNumber), value(row.PhoneNumber)}, unixTime: value(row.ReplyTime),
			})
		}
	}
	return answers, nil
}

// statistics counts what was sent between two hours, written yyyymmddhh.
func (s *sdk) statistics(ctx context.Context, from, to string) (Statistics, error) {
	request := sms.NewSendStatusStatisticsRequest()
	request.SmsSdkAppId, request.BeginTime, request.EndTime = &s.appID, &from, &to
	request.Limit, request.Offset = common.Uint64Ptr(0), common.Uint64Ptr(0)
	counts, err := call(ctx, s, opStatistics, s.client.SendStatusStatisticsWithContext, request,
		func(r *sms.SendStatusStatisticsResponse) *sms.SendStatusStatistics {
			if r.Response == nil {
				return nil
			}
			return r.Response.SendStatusStatistics
		})
	if err != nil {
		return Statistics{}, err
	}
	return Statistics{
		Submitted: value(counts.RequestCount), Accepted: value(counts.RequestSuccessCount), Billed: value(counts.FeeCount),
	}, nil
}

// optional leaves an empty field out of the request.
func optional(text *string) *string {
	if *text == "" {
		return nil
	}
	return text
}

// value reads a field that the reply may lack.
func value[T any](field *T) T {
	if field == nil {
		var none T
		return none
	}
	return *field
}
