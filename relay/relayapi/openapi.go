package relayapi

import _ "embed"

//go:generate go run ./internal/openapigen

//go:embed openapi.json
var openAPI string

// OpenAPI returns version 1 as a JSON document of OpenAPI 3.1. It is made from the types and
// the comments of this package, and the tests of the door hold requests and responses
// against it. The gateway serves it at [PathOpenAPI].
func OpenAPI() string { return openAPI }
