package gatewaycmd

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// relay is a gateway with its doors.
type relay struct {
	gateway *gateway.Gateway
	local   admin.Local
	pages   *dashboard.Dashboard
	mux     *http.ServeMux
	metrics *metrics
}

func newRelay(s Settings, queue *sqlitequeue.Queue, logger *slog.Logger) (*relay, error) {
	tokens, err := s.tokens()
	if err != nil {
		return nil, err
	}
	operator, entry := admin.NewOperator()
	g, err := gateway.New(gateway.Config{
		Queue: queue, Principals: queue.Principals(), Tokens: append(tokens, entry), Quotas: s.quotas(), Budgets: s.Budgets.of(),
		Lease: s.Lease, TakenFor: s.TakenFor, CoolFor: s.CoolFor, ClearAfter: s.ClearAfter, ForgetAfter: s.ForgetAfter,
		Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	r := &relay{
		gateway: g, mux: http.NewServeMux(),
		local: admin.Local{Gateway: g, Principals: queue.Principals(), Operator: operator},
	}
	r.metrics = newMetrics(g, r.operator)
	door := relaydoor.New(g)
	r.mux.Handle("/v1/", door)
	r.mux.Handle(relayapi.PathHealth, door)
	if err := r.addApp(s); err != nil {
		return nil, err
	}
	return r, r.addDashboard(s, queue.Principals())
}

// operator is the gateway's own operator, for what it reads of itself.
func (r *relay) operator(ctx context.Context) (gateway.Principal, error) {
	return r.gateway.Authenticate(ctx, r.local.Operator, gateway.RoleOperator)
}

// addApp adds the door for the Android app.
func (r *relay) addApp(s Settings) error {
	if !s.App.Enabled {
		return nil
	}
	private, err := s.App.privateToken()
	if err != nil {
		return err
	}
	proxies, err := s.proxies()
	if err != nil {
		return err
	}
	door, err := appdoor.New(r.gateway, appdoor.Options{
		PrivateToken: private, Lanes: s.App.Lanes, PingInterval: s.App.Ping, TextsPerMinute: s.App.TextsPerMinute,
		ClientAddress: func(request *http.Request) string { return clientAddress(request, proxies) },
	})
	if err != nil {
		return err
	}
	r.mux.Handle(appdoor.Prefix+"/", door)
	r.local.AppCode = door.NewCode
	return nil
}

// addDashboard adds the operators' pages, or a page that says that there are none.
func (r *relay) addDashboard(s Settings, principals gateway.Principals) error {
	options := dashboard.Options{PublicURL: s.PublicURL, Principals: principals, TextPrice: s.Dashboard.TextPrice, AppCode: r.local.AppCode}
	if r.local.AppCode != nil {
		options.AppPrefix = appdoor.Prefix
	}
	var err error
	if options.TrustedProxies, err = s.proxies(); err != nil {
		return err
	}
	if r.pages, err = dashboard.New(r.gateway, options); err != nil {
		return err
	}
	if s.Dashboard.Enabled {
		r.mux.Handle("/", r.pages)
	}
	return nil
}

// clientAddress is the address that a request has come from: that of the connection, or the
// last one that no trusted proxy has in the header that proxies set.
func clientAddress(r *http.Request, proxies []netip.Prefix) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !trusted(address, proxies) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		address = next.Unmap().String()
	}
	return address
}

func trusted(address string, proxies []netip.Prefix) bool {
	parsed, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(parsed.Unmap()) })
}
