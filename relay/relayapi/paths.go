package relayapi

import "time"

// Paths of version 1.
const (
	// PathSubmissions takes a site's POST (submit) and DELETE (cancel by idempotency key).
	// PathSubmissions + "/" + id takes GET (read) and DELETE (cancel).
	PathSubmissions = "/v1/messages"
	// PathPull takes a phone's POST (pull jobs).
	PathPull = "/v1/pull"
	// PathStateReports takes a phone's POST (report a job's state).
	PathStateReports = "/v1/receipts"
	// PathRegister takes POST without a token (a device becomes a phone or a site by a code).
	PathRegister = "/v1/register"
	// PathHealth takes GET without a token.
	PathHealth = "/healthz"
	// PathOpenAPI takes GET without a token, and responds with [OpenAPI].
	PathOpenAPI = "/v1/openapi.json"
)

// Headers with a meaning of their own.
const (
	// HeaderIdempotencyKey names one submission of a site. The same key with the same
	// content is the same job; with other content it is refused. At most
	// [MaxIdempotencyKey] printable ASCII characters. Two sites may use the same key for
	// different submissions.
	HeaderIdempotencyKey = "Idempotency-Key"
	// HeaderRetryAfter comes with [CodeTooManyRequests], [CodeRecipientQuota] and [CodeLaneBusy]: whole seconds, at
	// least 1.
	HeaderRetryAfter = "Retry-After"
)

// DefaultLane is the lane of jobs and pulls that name none. Phones on it send the
// text as it is given.
const DefaultLane = "text"

// Limits of version 1.
const (
	// MaxBody is the largest request body in bytes.
	MaxBody = 64 << 10
	// MaxText is the longest text in characters (Unicode code points).
	MaxText = 1000
	// MaxRef is the longest ref in characters.
	MaxRef = 128
	// MaxIdempotencyKey is the longest idempotency key in characters.
	MaxIdempotencyKey = 128
	// MaxLane is the longest lane name in characters; a lane has a to z, 0 to 9, "-" and "_".
	MaxLane = 32
	// MaxLanes is how many lanes one pull may name.
	MaxLanes = 16
	// MaxJobs is how many jobs one pull may ask for.
	MaxJobs = 32
	// MaxFailureText is how much of a failure's text the gateway keeps, in characters.
	MaxFailureText = 200

	// MinTTL is the shortest time a job may have to be taken.
	MinTTL = time.Second
	// DefaultTTL is the time a job has to be taken when the site names none.
	DefaultTTL = 5 * time.Minute
	// MaxTTL is the longest time a job may have to be taken.
	MaxTTL = time.Hour
	// MaxWait is the longest that a submission or a pull may wait for its response.
	MaxWait = time.Minute
	// MinInterval is the shortest interval that a phone may promise.
	MinInterval = time.Second
	// DefaultInterval is the interval of a phone that names none.
	DefaultInterval = 30 * time.Second
	// MaxInterval is the longest interval that a phone may promise.
	MaxInterval = 10 * time.Minute
)
