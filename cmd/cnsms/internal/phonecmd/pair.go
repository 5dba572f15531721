package phonecmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/phone"
)

// token returns the token of the file, or gets one by the code.
func token(ctx context.Context, o *options) (provider.Secret, error) {
	if o.code != "" {
		return pair(ctx, o)
	}
	content, err := os.ReadFile(filepath.Clean(o.tokenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("--token-file: there is no such file; get a code from the gateway's operator and run this once with --code CODE")
	}
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return "", errors.New("--token-file: the file is empty; remove it and run this once with --code CODE")
	}
	return provider.Secret(text), nil
}

// pair registers the phone and keeps its token. The file is there before the code is used, so
// that a token that cannot be kept uses up no code.
func pair(ctx context.Context, o *options) (provider.Secret, error) {
	file, err := os.OpenFile(filepath.Clean(o.tokenFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", errors.New("--token-file: the file exists, so this phone has a token; leave out --code, or remove the file first")
	}
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	registered, err := phone.Register(ctx, phone.Registration{
		BaseURL: o.gateway, PlainHTTP: o.plainHTTP, Code: provider.Secret(o.code), Name: o.name, Dial: o.dial,
	})
	if err == nil {
		_, err = file.WriteString(string(registered.Token) + "\n")
		err = errors.Join(err, file.Sync())
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return "", fmt.Errorf("--code: %w", err)
	}
	if registered.Role != "phone" {
		_ = os.Remove(file.Name())
		return "", fmt.Errorf("--code: the code is for a %s, not for a phone; ask the operator for one that is", registered.Role)
	}
	o.logger.Info("the gateway knows this phone now", "name", registered.Name, "lanes", registered.Lanes)
	return provider.Secret(registered.Token), nil
}
