package otp

import (
	_ "embed"
	"encoding/json"
	"net/http"
)

// openAPI describes a Handler as a document of OpenAPI 3.1. The tests hold every request and
// every answer of theirs against it.
//
//go:embed openapi.json
var openAPI string

func (h *Handler) openAPI(x *exchange) error {
	x.write(http.StatusOK, json.RawMessage(openAPI))
	return nil
}
