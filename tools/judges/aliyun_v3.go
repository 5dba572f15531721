package judges

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/darabonba-openapi/v2/models"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
)

// aliyunV3 is the current core of the SDKs for Go by its generic call, which signs with
// V3. The products' clients, which are generated, put their parameters into the query;
// the core knows forms as well.
type aliyunV3 struct{ form bool }

func newAliyunV3(form bool) func(context.Context) (client, error) {
	return func(context.Context) (client, error) { return aliyunV3{form}, nil }
}

func (a aliyunV3) call(_ context.Context, c call) (outcome, error) {
	core, err := openapi.NewClient(&models.Config{
		AccessKeyId: &c.ID, AccessKeySecret: &c.Secret, Endpoint: &c.Address, Protocol: dara.String("HTTP"),
	})
	if err != nil {
		return outcome{}, err
	}
	answer, err := core.CallApi(&models.Params{
		Action: &c.Action, Version: dara.String("2017-05-25"), Protocol: dara.String("HTTPS"), Pathname: dara.String("/"),
		Method: dara.String("POST"), AuthType: dara.String("AK"), Style: dara.String("RPC"),
		ReqBodyType: dara.String("formData"), BodyType: dara.String("json"),
	}, a.request(c.Params), &dara.RuntimeOptions{})
	if refused := (*tea.SDKError)(nil); errors.As(err, &refused) {
		return thrownBy(refused, tea.StringValue(refused.Code), tea.IntValue(refused.StatusCode)), nil
	}
	return returned(answer["body"], err)
}

func (a aliyunV3) request(p params) *models.OpenApiRequest {
	if a.form {
		return &models.OpenApiRequest{Body: map[string]any(p)}
	}
	query := map[string]*string{}
	for name, value := range p {
		query[name] = dara.String(fmt.Sprint(value))
	}
	return &models.OpenApiRequest{Query: query}
}

func (aliyunV3) close() {}

// thrownBy is the error of a client for Go.
func thrownBy(err error, code string, status int) outcome {
	quoted, _ := json.Marshal(code) // a string always can be
	return outcome{Thrown: &thrown{Class: fmt.Sprintf("%T", err), Code: quoted, Message: err.Error(), Status: status}}
}

// returned is what a client for Go returned. An error that is none of its own kind is
// thrown too, without a code.
func returned(answer any, err error) (outcome, error) {
	if err != nil {
		return thrownBy(err, "", 0), nil
	}
	reply, err := json.Marshal(answer)
	return outcome{Reply: reply}, err
}
