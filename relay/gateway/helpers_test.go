package gateway_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = "shop"

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func queuedJob() gateway.Job {
	return gateway.Submit{
		ID: "a", Site: shop, To: "+8613800138000", Text: "Your code is 824913.", Lane: relayapi.DefaultLane,
		Now: noon, Deadline: noon.Add(time.Hour),
	}.Job()
}

func offer(j gateway.Job, phone string, now time.Time) gateway.Job {
	return j.Offered(gateway.Pull{Phone: phone, Lease: phone + now.String(), LeaseFor: time.Second, Now: now})
}
