package otp_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

const address = "203.0.113.7"

// dumped runs some verifications, and returns what the stores hold, or are told in the
// guard's case, and the codes.
func dumped(t *testing.T) (dump string, codes []string, ids []string) {
	t.Helper()
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{})
	require.NoError(t, err)
	counts := &mortalGuard{Store: guard.NewMemoryStore(guard.MemoryConfig{}), m: &mortal{}}
	g := newGuard(t, 100, time.Now, func(cfg *guard.Config) { cfg.RecordOnly, cfg.Store = true, counts })
	s, sms := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Guard = store, g })
	for i := range 5 {
		req := start()
		req.Binding, req.Key, req.Client, req.Device = fmt.Sprint(session, i), "a key", address, "a browser's secret"
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		codes, ids = append(codes, sms.CodeFor(phone)), append(ids, v.ID)
		_, err = s.Check(t.Context(), check(v.ID, wrongFor(sms.CodeFor(phone))))
		require.Error(t, err)
	}
	require.NotEmpty(t, counts.batches)
	return store.Dump() + fmt.Sprintf("%#v", counts.batches), codes, ids
}

func TestO2StoreHoldsNeitherCodeNorNumber(t *testing.T) {
	t.Parallel()
	dump, codes, _ := dumped(t)
	for _, secret := range append(codes, phone.E164(), phone.National(), phone.National()[:7], session, string(key), address, "203.0.113", "a browser's secret") {
		require.NotContains(t, dump, secret)
	}
}

// TestO2BruteForceWithoutTheKeyFindsNothing tries every code of six digits, and the number, by
// every plain digest, and by HMACs whose key is anything that the dump shows.
func TestO2BruteForceWithoutTheKeyFindsNothing(t *testing.T) {
	t.Parallel()
	dump, codes, ids := dumped(t)
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(dump, func(r rune) bool { return strings.ContainsRune("\"{}:, \n()[]", r) }) {
		if len(word) >= 16 {
			seen[word] = true
		}
	}
	require.Greater(t, len(seen), 20)
	written := func(sum []byte) bool {
		return seen[hex.EncodeToString(sum)] || seen[hex.EncodeToString(sum[:16])] || seen[base64.RawStdEncoding.EncodeToString(sum)] ||
			seen[otp.Text(sum)]
	}
	try := func(guess string) {
		for _, text := range []string{guess, ids[0] + guess, ids[0] + ":" + guess, phone.E164() + guess} {
			md, sha, sha2 := md5.Sum([]byte(text)), sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
			if written(md[:]) || written(sha[:]) || written(sha2[:]) {
				require.Fail(t, "found", "%s by a plain digest", guess)
			}
		}
		mac := hmac.New(sha256.New, []byte(ids[0]))
		mac.Write([]byte(guess))
		if written(mac.Sum(nil)) {
			require.Fail(t, "found", "%s by an HMAC", guess)
		}
	}
	for n := range 1_000_000 / bruteForceShare {
		try(fmt.Sprintf("%06d", n*bruteForceShare))
	}
	for _, code := range codes {
		try(code)
	}
	try(phone.E164())
	try(phone.National())
	require.Contains(t, dump, otp.TagOf(key, ids[0], codes[0]), "with the key there is something to be found")
}

// bruteForceShare thins the search out: each of the codes is as good as another.
const bruteForceShare = 10 * raceShare

func TestO18DigestsAreComparedInConstantTimeOnly(t *testing.T) {
	t.Parallel()
	secret := map[string]bool{"Tag": true, "Binding": true, "Phone": true, "tag": true}
	files, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // No build tags here.
	require.NoError(t, err)
	for _, file := range files["otp"].Files {
		ast.Inspect(file, func(n ast.Node) bool {
			comparison, ok := n.(*ast.BinaryExpr)
			if !ok || comparison.Op != token.EQL && comparison.Op != token.NEQ {
				return true
			}
			for _, sides := range [][2]ast.Expr{{comparison.X, comparison.Y}, {comparison.Y, comparison.X}} {
				field, isField := sides[0].(*ast.SelectorExpr)
				literal, isLiteral := sides[1].(*ast.BasicLit)
				if isField && secret[field.Sel.Name] && !(isLiteral && literal.Value == `""`) {
					require.Fail(t, "a digest is compared by ==", field.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestO19NothingPrintsACode logs and prints everything that a program gets hold of.
func TestO19NothingPrintsACode(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	show := shower(t, &log)
	var codes []string
	loud := &talker{Provider: &fake.Provider{ProviderName: "loud"}}
	cfg := otp.Config{
		Sender: loud, Key: key, Purposes: otp.Purposes{"login": {}}, OnEvent: func(_ context.Context, e otp.Event) { show(e) },
		TestNumbers: map[string]otp.TestNumber{"13900139000": {Code: "271828"}}, Development: true,
	}
	s, err := otp.New(cfg)
	require.NoError(t, err)
	fmt.Fprintf(&log, "%v %+v %#v\n", s, s, s)
	fmt.Fprintf(&log, "%v %+v\n", cfg.TestNumbers["13900139000"], cfg.Key)
	for _, failure := range []error{nil, errors.New("plain"), &provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}, &provider.Error{Kind: provider.KindBalance}} {
		loud.failure = failure
		req := start()
		req.Binding = fmt.Sprint(session, failure)
		v, err := s.Start(t.Context(), req)
		show(v)
		show(err)
		codes = append(codes, loud.code)
		_, err = s.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: "999999"})
		show(err)
		done, err := s.Check(t.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: req.Binding, Code: loud.code})
		show(done)
		show(err)
	}
	all, err := s.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	show(all)
	for _, secret := range append(codes, "271828", phone.E164(), phone.National(), string(key), session+"<nil>") {
		require.NotContains(t, log.String(), secret)
	}
}

// shower prints and logs whatever it is given.
func shower(t *testing.T, log *bytes.Buffer) func(what any) {
	t.Helper()
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return func(what any) {
		data, err := json.Marshal(what)
		require.NoError(t, err)
		fmt.Fprintf(log, "%v %+v %#v %s %q %s\n", what, what, what, what, what, data)
		logger.Debug("seen", "what", what)
	}
}

func TestO19RequestsPrintMasked(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	show := shower(t, &log)
	asked := start()
	asked.Code, asked.Solution, asked.Captcha = "314159", "the solution", "the captcha"
	show(asked)
	show(otp.CheckRequest{ID: "id", Purpose: "login", Phone: typed, Binding: session, Code: "314159"})
	show(otp.ResendRequest{ID: "id", Purpose: "login", Binding: session, Solution: "the solution", Captcha: "the captcha"})
	for _, secret := range []string{"314159", typed, session, "the solution", "the captcha"} {
		require.NotContains(t, log.String(), secret)
	}
}

// talker is a provider that panics with all it knows.
type talker struct {
	*fake.Provider
	failure error
	code    string
}

func (l *talker) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	l.code = m.Params[provider.ParamCode]
	if l.failure != nil && l.failure.Error() == "plain" {
		panic("cannot send " + l.code + " to " + m.To.E164())
	}
	if l.failure != nil {
		return provider.Receipt{}, l.failure
	}
	return l.Provider.Send(ctx, m)
}
