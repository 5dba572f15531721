package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// SocketPath is where the gateway of a data file listens for its owner.
func SocketPath(data string) string { return filepath.Clean(data + "-admin") }

// Listen listens on the socket of a data file that this process has opened, so that what
// stands there is left over from a process that has ended.
func Listen(data string) (net.Listener, error) {
	path := SocketPath(data)
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket == 0 {
		return nil, fmt.Errorf("%s is there and is no socket: move it away", path)
	}
	_ = os.Remove(path)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// The paths behind the socket, all with POST. Requests and responses are JSON.
const (
	pathCreate = "/create"
	pathCode   = "/code"
	pathList   = "/list"
	pathRevoke = "/revoke"
)

type (
	secretReply struct {
		Secret string `json:"secret"`
	}
	listReply struct {
		Tokens []Token `json:"tokens"`
	}
	revokeRequest struct {
		Which string `json:"which"`
	}
	errorReply struct {
		Error string `json:"error"`
	}
)

// mostBody is more than any request or list needs.
const mostBody = 16 << 20

// Handler answers the requests that come through the socket.
func Handler(tokens Tokens) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathCreate, answer(func(ctx context.Context, t Token) (secretReply, error) {
		secret, err := tokens.Create(ctx, t)
		return secretReply{string(secret)}, err
	}))
	mux.HandleFunc("POST "+pathCode, answer(func(ctx context.Context, i Invitation) (secretReply, error) {
		secret, err := tokens.Code(ctx, i)
		return secretReply{string(secret)}, err
	}))
	mux.HandleFunc("POST "+pathList, answer(func(ctx context.Context, _ struct{}) (listReply, error) {
		all, err := tokens.List(ctx)
		return listReply{all}, err
	}))
	mux.HandleFunc("POST "+pathRevoke, answer(func(ctx context.Context, r revokeRequest) (listReply, error) {
		revoked, err := tokens.Revoke(ctx, r.Which)
		return listReply{revoked}, err
	}))
	return mux
}

func answer[In, Out any](call func(ctx context.Context, in In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
		decoder.DisallowUnknownFields()
		status, reply := http.StatusOK, any(nil)
		if err := decoder.Decode(&in); err != nil {
			status, reply = http.StatusBadRequest, errorReply{"the request is not the expected JSON"}
		} else if out, err := call(r.Context(), in); err != nil {
			status, reply = http.StatusUnprocessableEntity, errorReply{err.Error()}
		} else {
			reply = out
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(reply)
	}
}

// Remote manages the tokens of a running gateway through its socket.
type Remote struct{ client *http.Client }

// Dial returns the running gateway of a data file. An error that matches ErrNotRunning says
// that there is none.
func Dial(data string) (Remote, error) {
	path := SocketPath(data)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := dial(ctx, "", "")
	if err != nil {
		return Remote{}, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	_ = conn.Close()
	return Remote{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 30 * time.Second}}, nil
}

// ErrNotRunning says that no gateway runs on a data file.
var ErrNotRunning = errors.New("no gateway runs on this file")

// Create makes a token.
func (r Remote) Create(ctx context.Context, t Token) (provider.Secret, error) {
	reply, err := ask[secretReply](ctx, r, pathCreate, t)
	return provider.Secret(reply.Secret), err
}

// Code makes a code.
func (r Remote) Code(ctx context.Context, i Invitation) (provider.Secret, error) {
	reply, err := ask[secretReply](ctx, r, pathCode, i)
	return provider.Secret(reply.Secret), err
}

// List returns all tokens.
func (r Remote) List(ctx context.Context) ([]Token, error) {
	reply, err := ask[listReply](ctx, r, pathList, struct{}{})
	return reply.Tokens, err
}

// Revoke revokes tokens.
func (r Remote) Revoke(ctx context.Context, which string) ([]Token, error) {
	reply, err := ask[listReply](ctx, r, pathRevoke, revokeRequest{which})
	return reply.Tokens, err
}

func ask[Out any](ctx context.Context, r Remote, path string, in any) (out Out, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway"+path, bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	response, err := r.client.Do(request)
	if err != nil {
		return out, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, mostBody))
	if err != nil {
		return out, err
	}
	if response.StatusCode != http.StatusOK {
		var refused errorReply
		if json.Unmarshal(text, &refused) != nil || refused.Error == "" {
			return out, fmt.Errorf("the gateway answered with %s", response.Status)
		}
		return out, errors.New(refused.Error)
	}
	return out, json.Unmarshal(text, &out)
}
