package wiretest

import (
	"context"
	"net/http"

	"github.com/go-resty/resty/v2"

	"github.com/cnsms/cnsms/provider/providertest"
)

// BareResty is the floor of resty alone: the same bytes through a client as its
// documentation shows it.
func BareResty() providertest.Floor {
	return providertest.Floor{Name: "resty", New: func(transport http.RoundTripper) func(context.Context, providertest.RawRequest) error {
		client := resty.New().SetTransport(transport)
		return func(ctx context.Context, raw providertest.RawRequest) error {
			request := client.R().SetContext(ctx)
			for name, values := range raw.Header {
				request.SetHeader(name, values[0])
			}
			if len(raw.Body) > 0 {
				request.SetBody(raw.Body)
			}
			_, err := request.Execute(raw.Method, raw.URL)
			return err
		}
	}}
}
