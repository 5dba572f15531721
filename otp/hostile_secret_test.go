package otp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// printer prints whatever it is given in every way that it knows.
type printer struct {
	mu   sync.Mutex
	out  func() *bytes.Buffer // fmt does not look into functions, and so not at what it has printed
	seen map[string]bool
}

func (p *printer) show(values ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.out()
	text, lines := slog.New(slog.NewTextHandler(out, nil)), slog.New(slog.NewJSONHandler(out, nil))
	for _, value := range values {
		v := reflect.ValueOf(value)
		if !v.IsValid() {
			continue
		}
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		p.seen[v.Type().Name()] = true
		for _, each := range []any{value, []any{value}, map[string]any{"a": value}, struct{ A any }{value}, [1]any{value}} {
			for _, verb := range []string{"v", "+v", "#v", "s", "q", "x", "X", "d", "T"} {
				fmt.Fprintf(out, "%"+verb+"\n", each)
			}
			if data, err := json.Marshal(each); err == nil {
				out.Write(append(data, '\n'))
			}
			text.Info("seen", "what", each)
			lines.Info("seen", "what", each)
		}
	}
}

// loudStore is a store that prints all that goes in and out.
type loudStore struct {
	otp.Store
	*printer
}

func (l loudStore) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	a, err := l.Store.Create(ctx, c)
	l.show(c, a, a.Record, err)
	for _, send := range a.Record.Sends {
		l.show(send)
	}
	return a, err
}

func (l loudStore) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	l.show(c)
	return l.Store.Claim(ctx, c)
}

func (l loudStore) Settle(ctx context.Context, c otp.Settlement) (otp.Answer, error) {
	l.show(c)
	return l.Store.Settle(ctx, c)
}

func (l loudStore) Try(ctx context.Context, c otp.Trial) (otp.Answer, error) {
	l.show(c, c.Proofs[0])
	return l.Store.Try(ctx, c)
}

func (l loudStore) Cancel(ctx context.Context, c otp.Cancellation) (otp.Answer, error) {
	l.show(c)
	return l.Store.Cancel(ctx, c)
}

func (l loudStore) Note(ctx context.Context, n otp.News) (otp.Answer, error) {
	l.show(n)
	return l.Store.Note(ctx, n)
}

func (l loudStore) Person(ctx context.Context, p otp.Person) (otp.Listing, error) {
	list, err := l.Store.Person(ctx, p)
	l.show(p, list)
	return list, err
}

// TestO19NoExportedTypePrintsASecret has every exported struct of the package, filled with
// secrets, printed in every way.
func TestO19NoExportedTypePrintsASecret(t *testing.T) {
	t.Parallel()
	printed := &bytes.Buffer{}
	p := &printer{out: func() *bytes.Buffer { return printed }, seen: map[string]bool{}}
	var counts otp.Conversions
	clock := newClock()
	store := newStore(t, clock)
	g := newGuard(t, 100, time.Now, func(c *guard.Config) { c.Key = []byte("a guard's own secret, which is long"); c.RecordOnly = true })
	cfg := otp.Config{
		Store: loudStore{store, p}, Guard: g, Key: "the server's own secret, which is long", Purposes: otp.Purposes{"login": {}},
		TestNumbers: map[string]otp.TestNumber{"13900139000": {Code: "27182818"}}, Development: true,
		OnEvent: func(ctx context.Context, e otp.Event) { p.show(e); counts.Note(ctx, e) },
	}
	s, sms := newService(t, func(c *otp.Config) { cfg.Sender = c.Sender; *c = cfg })
	req := otp.StartRequest{
		Purpose: "login", Phone: typed, Binding: "binding of a session", Device: "device of a browser", Key: "a key of idempotency",
		Solution: "a solution", Captcha: "a captcha", Params: provider.Params{"name": "Zhang San"}, Client: "203.0.113.7",
	}
	v, err := s.Start(t.Context(), req)
	p.show(req, v, err)
	require.NoError(t, err)
	code := sms.CodeFor(phone)
	clock.Advance(time.Minute)
	again := otp.ResendRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Device: req.Device, Solution: req.Solution, Captcha: req.Captcha}
	_, err = s.Resend(t.Context(), again)
	p.show(again, err)
	for _, typed := range []string{wrongFor(code), code, code} {
		ask := otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: typed, Phone: phone.E164()}
		done, err := s.Check(t.Context(), ask)
		p.show(ask, done, err)
	}
	p.show(s.Cancel(t.Context(), v.ID, "login", req.Binding), s.Note(t.Context(), []provider.Report{delivery(sms, provider.StateDelivered)}))
	all, err := s.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	handler := otp.HandlerConfig{Service: s, OnVerified: func(http.ResponseWriter, *http.Request, otp.Checked) error { return nil }}
	h, err := otp.NewHandler(handler)
	require.NoError(t, err)
	p.show(all, all[0], all[0].Texts[0], handler, h, s, store, cfg, cfg.TestNumbers["13900139000"], otp.MemoryStoreConfig{}, cfg.Purposes["login"], &counts, counts.Counts()[0])

	for _, name := range exportedStructs(t) {
		require.True(t, p.seen[name], "%s was not printed", name)
	}
	out := p.out().String()
	for _, secret := range []string{
		phone.E164(), phone.National(), typed, code, wrongFor(code), req.Binding, req.Device, req.Key, req.Solution, req.Captcha, "Zhang San", string(cfg.Key), "27182818", "a guard's own secret",
	} {
		for _, written := range []string{secret, hex.EncodeToString([]byte(secret)), strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")} {
			if strings.Contains(strings.ToLower(out), strings.ToLower(written)) {
				require.Fail(t, "a secret was printed", "%s as %s", secret, written) // without all of it
			}
		}
	}
}

// exportedStructs are the names of the package's exported structs.
func exportedStructs(t *testing.T) (names []string) {
	t.Helper()
	files, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // No build tags here.
	require.NoError(t, err)
	for _, file := range files["otp"].Files {
		for _, object := range file.Scope.Objects {
			spec, isType := object.Decl.(*ast.TypeSpec)
			if !isType || !spec.Name.IsExported() {
				continue
			}
			if _, isStruct := spec.Type.(*ast.StructType); isStruct {
				names = append(names, spec.Name.Name)
			}
		}
	}
	require.Greater(t, len(names), 20)
	return names
}
