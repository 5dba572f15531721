package adapter

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
	"net/http"
	"strings"
)

const (
	errTooLarge = plainError("the reply is larger than 1 MiB")
	errUnread   = plainError("the reply was not read")
)

// read reads the body of a reply and closes it. The package's own transport ends a
// body with the context; others may not.
func (x *exchange) read(ctx context.Context, response *http.Response) ([]byte, error) {
	if _, own := x.departure.(*ownDeparture); !own {
		return readBeside(ctx, response)
	}
	defer func() { _ = response.Body.Close() }()
	return readAll(response)
}

// readBeside reads a body that may know neither of the context nor of Close. Such a
// body keeps its goroutine, but not the caller.
func readBeside(ctx context.Context, response *http.Response) ([]byte, error) {
	type result struct {
		body     []byte
		err      error
		panicked any
	}
	done := make(chan result, 1)
	go func() {
		r := result{err: errUnread}
		defer func() {
			r.panicked = recover()
			done <- r
		}()
		defer func() { _ = response.Body.Close() }()
		r.body, r.err = readAll(response)
	}()
	select {
	case r := <-done:
		if r.panicked != nil {
			panic(r.panicked) // a user's own bug, where the user can see it
		}
		return r.body, r.err
	case <-ctx.Done():
		go func() { _ = response.Body.Close() }() // most bodies end with that, and some wait for their reader
		return nil, ctx.Err()
	}
}

// readAll reads the body, but no more of it than MaxReply.
func readAll(response *http.Response) ([]byte, error) {
	if response.ContentLength > MaxReply {
		return nil, errTooLarge
	}
	content, err := unpack(response.Header, io.LimitReader(response.Body, MaxReply+1))
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if response.ContentLength > 0 {
		body.Grow(int(response.ContentLength) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(content, MaxReply+1)); err != nil {
		return nil, err
	}
	if body.Len() > MaxReply {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}

// unpack undoes a Content-Encoding, whoever asked for it. What is said to be packed
// and is not, or in a way that nothing here undoes, is left as it is: whether it is
// the promised reply shows when it is read.
func unpack(header http.Header, body io.Reader) (io.Reader, error) {
	if len(header["Content-Encoding"]) == 0 {
		return body, nil
	}
	packed := bufio.NewReader(body)
	start, _ := packed.Peek(2)
	switch strings.ToLower(strings.TrimSpace(strings.Join(header["Content-Encoding"], ","))) {
	case "gzip", "x-gzip":
		if !bytes.Equal(start, []byte{0x1f, 0x8b}) {
			return packed, nil
		}
		return gzip.NewReader(packed)
	case "deflate":
		switch {
		case len(start) < 2:
			return packed, nil
		case start[0]&0x0f == 8 && (int(start[0])<<8|int(start[1]))%31 == 0:
			return zlib.NewReader(packed)
		}
		return flate.NewReader(packed), nil // what some servers take deflate for
	}
	return packed, nil
}
