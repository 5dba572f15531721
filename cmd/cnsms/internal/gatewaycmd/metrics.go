package gatewaycmd

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// metrics are what a Prometheus server reads: no number of a person, no text, and of names
// only those of tokens.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(g *gateway.Gateway, operator func(context.Context) (gateway.Principal, error)) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cnsms_relay_request_seconds", Help: "How long requests took, those that wait included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), &queueMetrics{gateway: g, operator: operator})
	return m
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// measure counts the requests of a mux by their method and the pattern that they match, or
// the path of the doors that matter most: there are few of them, whatever is asked for.
// Streams are left out: they last as long as their readers like.
func (m *metrics) measure(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := routeOf(mux, r)
		began, seen := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(seen, r)
		if !strings.HasPrefix(seen.Header().Get("Content-Type"), "text/event-stream") {
			m.requests.WithLabelValues(route, strconv.Itoa(seen.status)).Observe(time.Since(began).Seconds())
		}
	})
}

func routeOf(mux *http.ServeMux, r *http.Request) string {
	switch r.URL.Path {
	case relayapi.PathSubmissions, relayapi.PathPull, relayapi.PathStateReports, appdoor.Prefix + "/message":
		if r.Method == http.MethodGet || r.Method == http.MethodPost {
			return r.Method + " " + r.URL.Path
		}
	}
	_, pattern := mux.Handler(r)
	return cmp.Or(pattern, "none")
}

// statusWriter remembers the status. http.ResponseController finds the rest by Unwrap.
type statusWriter struct {
	http.ResponseWriter

	status int
	wrote  bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote && status >= http.StatusOK {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(body []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(body)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// countEvery is how old the counts of jobs may be: to count them reads every row.
const countEvery = 15 * time.Second

// queueMetrics reads the gateway when a server asks.
type queueMetrics struct {
	gateway  *gateway.Gateway
	operator func(context.Context) (gateway.Principal, error)

	mu      sync.Mutex
	counted time.Time
	counts  []gateway.Count
}

var budgetLabels = []string{"kind", "phone", "slot", "lane", "window"}

var (
	up       = prometheus.NewDesc("cnsms_relay_up", "1 while the gateway and its file work.", nil, nil)
	jobs     = prometheus.NewDesc("cnsms_relay_jobs", "Jobs that are kept, by lane and state.", []string{"lane", "state"}, nil)
	online   = prometheus.NewDesc("cnsms_relay_phone_online", "1 for each phone that is online.", []string{"phone"}, nil)
	lastSeen = prometheus.NewDesc("cnsms_relay_phone_last_seen_seconds", "When a phone called last, as a Unix time.", []string{"phone"}, nil)
	battery  = prometheus.NewDesc("cnsms_relay_phone_battery_percent", "The charge that a phone has reported.", []string{"phone"}, nil)
	used     = prometheus.NewDesc("cnsms_relay_budget_used", "What counts now in a window of a budget.", budgetLabels, nil)
	limit    = prometheus.NewDesc("cnsms_relay_budget_limit", "The limit of a window, after what was learned from failures.", budgetLabels, nil)
	drained  = prometheus.NewDesc("cnsms_relay_sim_drained", "1 for a SIM that its carrier refused too often.", []string{"phone", "slot"}, nil)
	refusals = prometheus.NewDesc("cnsms_relay_refusals_total", "Requests that were refused, by reason.", []string{"code"}, nil)
)

// Describe is that of prometheus.Collector.
func (*queueMetrics) Describe(all chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{up, jobs, online, lastSeen, battery, used, limit, drained, refusals} {
		all <- one
	}
}

// Collect is that of prometheus.Collector.
func (q *queueMetrics) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	gauge := func(what *prometheus.Desc, value float64, labels ...string) {
		all <- prometheus.MustNewConstMetric(what, prometheus.GaugeValue, value, labels...)
	}
	gauge(up, truth(q.gateway.Health(ctx) == nil))
	byCode := map[string]int64{}
	for refusal, n := range q.gateway.Refusals() {
		byCode[refusal.Code] += n
	}
	for code, n := range byCode {
		all <- prometheus.MustNewConstMetric(refusals, prometheus.CounterValue, float64(n), code)
	}
	operator, err := q.operator(ctx)
	if err != nil {
		return
	}
	for _, c := range q.jobs(ctx, operator) {
		gauge(jobs, float64(c.Jobs), c.Lane, string(c.State))
	}
	phones, _ := q.gateway.Phones(ctx, operator)
	for _, p := range phones {
		gauge(online, truth(q.gateway.Now().Before(p.OnlineUntil)), p.Phone)
		gauge(lastSeen, float64(p.LastSeen.UnixMilli())/1000, p.Phone)
		if p.Device != nil && p.Device.BatteryPercent != nil {
			gauge(battery, float64(*p.Device.BatteryPercent), p.Phone)
		}
	}
	budgets, _ := q.gateway.Budgets(ctx, operator)
	for _, b := range budgets {
		q.budget(gauge, b)
	}
}

// budget tells of the windows that have a limit.
func (q *queueMetrics) budget(gauge func(*prometheus.Desc, float64, ...string), b gateway.BudgetUse) {
	slot := ""
	if b.Kind == gateway.BudgetOfSIM {
		slot = strconv.Itoa(b.SIM.Slot)
		gauge(drained, truth(q.gateway.Now().Before(b.DrainedUntil)), b.SIM.Phone, slot)
	}
	for _, w := range []struct {
		name        string
		used, limit int
	}{
		{"segments_minute", b.Segments, b.Effective.SegmentsPerMinute},
		{"texts_hour", b.TextsHour, b.Effective.TextsPerHour},
		{"texts_day", b.TextsDay, b.Effective.TextsPerDay},
		{"recipients_month", b.Recipients, b.Effective.RecipientsPerMonth},
	} {
		if w.limit > 0 {
			gauge(used, float64(w.used), string(b.Kind), b.SIM.Phone, slot, b.Lane, w.name)
			gauge(limit, float64(w.limit), string(b.Kind), b.SIM.Phone, slot, b.Lane, w.name)
		}
	}
}

// jobs returns the counts, new ones at most every countEvery.
func (q *queueMetrics) jobs(ctx context.Context, operator gateway.Principal) []gateway.Count {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.gateway.Now()
	if q.counts != nil && now.Sub(q.counted) < countEvery {
		return q.counts
	}
	if counts, err := q.gateway.Counts(ctx, operator); err == nil {
		q.counted, q.counts = now, counts
	}
	return q.counts
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
