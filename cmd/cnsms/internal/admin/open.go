package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// Open returns the tokens of a data file: of the gateway that runs on it, or else in the file
// itself, which close closes. The file is made when there is none and create says so.
func Open(data string, create bool) (tokens Tokens, closeAll func() error, err error) {
	remote, err := Dial(data)
	if err == nil {
		return remote, func() error { return nil }, nil
	}
	if !errors.Is(err, ErrNotRunning) {
		return nil, nil, err
	}
	if _, err := os.Stat(data); err != nil && !create {
		return nil, nil, fmt.Errorf("%w: give the gateway's file with --data", err)
	}
	return openFile(data)
}

func openFile(data string) (Tokens, func() error, error) {
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: data})
	if err != nil {
		return nil, nil, err
	}
	token, entry := NewOperator()
	g, err := gateway.New(gateway.Config{Queue: queue, Principals: queue.Principals(), Tokens: []gateway.Token{entry}})
	if err != nil {
		return nil, nil, errors.Join(err, queue.Close())
	}
	closeAll := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return errors.Join(g.Shutdown(ctx), g.Close(), queue.Close())
	}
	return Local{Gateway: g, Principals: queue.Principals(), Operator: token}, closeAll, nil
}
