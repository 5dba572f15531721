package phonetest_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// shopfront is a real gateway with the door for the app, on a file, and the fake of the app at it, in
// a bubble. The gateway can be killed and started anew.
type shopfront struct {
	*testing.T

	path    string
	network *phonetest.Network
	line    *phonetest.Lossy
	app     *phonetest.App
	limit   int // texts a minute; below 0 none

	mu    sync.Mutex
	relay *gateway.Gateway
	door  *appdoor.Door
	shop  gateway.Principal
	end   func()
}

func atDoor(t *testing.T, radio phonetest.Radio, test func(s *shopfront)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &shopfront{T: t, path: filepath.Join(t.TempDir(), "queue.db"), network: &phonetest.Network{}, limit: -1}
		s.line = &phonetest.Lossy{Base: s.network.Transport()}
		s.begin()
		t.Cleanup(func() {
			s.app.Close()
			s.kill()
		})
		s.app = phonetest.NewApp(phonetest.AppConfig{
			URL: "http://gateway.test" + appdoor.Prefix, PrivateToken: "private", Client: &http.Client{Transport: s.line}, Radio: radio,
			Settings: phonetest.AppSettings{PingSeconds: 30},
		})
		require.NoError(t, s.app.Start(t.Context()))
		s.elapse(time.Second)
		test(s)
	})
}

// begin starts a gateway on the file.
func (s *shopfront) begin() {
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: s.path})
	require.NoError(s, err)
	cfg := gatewayConfig(queue)
	cfg.Principals = queue.Principals()
	cfg.Tokens = append(cfg.Tokens, gateway.Token{Name: "boss", Role: gateway.RoleOperator, Hash: gateway.HashToken("boss-token")})
	cfg.Quotas = []gateway.Quota{}
	relay, err := gateway.New(cfg)
	require.NoError(s, err)
	door, err := appdoor.New(relay, appdoor.Options{PrivateToken: gateway.HashToken("private"), TextsPerMinute: s.limit})
	require.NoError(s, err)
	stop := s.network.Serve(door)
	shop, err := relay.Authenticate(s.Context(), "shop-token")
	require.NoError(s, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.relay, s.door, s.shop = relay, door, shop
	s.end = func() {
		stop()
		_ = queue.Close() // before the gateway: what it still wants to store fails, as in a kill
		_ = relay.Close()
	}
}

// kill breaks all connections and takes the file away from the gateway.
func (s *shopfront) kill() {
	s.mu.Lock()
	end := s.end
	s.mu.Unlock()
	end()
}

func (s *shopfront) elapse(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (s *shopfront) submit(n int) (id string) {
	s.Helper()
	stored, err := s.trySubmit(n)
	require.NoError(s, err)
	return stored.Job.ID
}

func (s *shopfront) trySubmit(n int) (gateway.Submitted, error) {
	return s.relay.Submit(s.Context(), s.shop, gateway.Submission{
		Key: fmt.Sprint("key-", n), To: numberOf(n), Text: code, TTL: time.Hour,
	})
}

// numberOf is the number of the nth person.
func numberOf(n int) relayapi.Number { return relayapi.Number(fmt.Sprintf("+86138%08d", n)) }

func (s *shopfront) job(id string) gateway.Job {
	s.Helper()
	job, err := s.relay.Job(s.Context(), s.shop, id)
	require.NoError(s, err)
	return job
}

// finals is how often a job's history has come to an end that counts.
func finals(job gateway.Job) (n int) {
	for _, step := range job.History {
		if !step.Late && (step.State == relayapi.StateDelivered || step.State == relayapi.StateFailed) {
			n++
		}
	}
	return n
}

func TestTheAppAtTheRealDoor(t *testing.T) {
	t.Parallel()
	atDoor(t, phonetest.Sequence(phonetest.Outcome{After: time.Second, Delivered: true, DeliveredAfter: time.Second}), func(s *shopfront) {
		id := s.submit(1)
		s.elapse(time.Second / 2)
		require.Equal(s, relayapi.StateTaken, s.job(id).State)
		s.elapse(time.Second)
		require.Equal(s, relayapi.StateSent, s.job(id).State)
		s.elapse(time.Second)
		require.Equal(s, relayapi.StateDelivered, s.job(id).State)
		require.Equal(s, relayapi.Number("+8613800000001"), s.app.Sent()[0].To)
		require.Equal(s, relayapi.Text(code), s.app.Sent()[0].Body)
	})
}

// TestAGatewayThatIsKilledBetweenHandOutAndReceipt has one text over the air and one final
// state.
func TestAGatewayThatIsKilledBetweenHandOutAndReceipt(t *testing.T) {
	t.Parallel()
	outcome := phonetest.Outcome{After: 5 * time.Second, Delivered: true, DeliveredAfter: 5 * time.Second}
	atDoor(t, phonetest.Sequence(outcome), func(s *shopfront) {
		id := s.submit(1)
		_, err := s.app.Wait(s.Context(), 1)
		require.NoError(s, err)
		s.kill()
		s.elapse(time.Minute)
		require.Equal(s, "Delivered", s.app.State(id))
		s.begin()
		require.Contains(s, []relayapi.State{relayapi.StateTaken}, s.job(id).State)
		s.elapse(10 * time.Minute)
		require.Equal(s, relayapi.StateDelivered, s.job(id).State)
		require.Equal(s, 1, finals(s.job(id)))
		require.Len(s, s.app.Sent(), 1)
	})
}
