package providertest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/cnsms/cnsms/provider"
)

const (
	mebibyte = 1 << 20
	// padding makes a reply longer than may be read.
	padding = 2 * mebibyte
	// endless is where a reply without end gives up.
	endless = 32 * mebibyte
	// tolerated is how much of it may be under way when the reader stops after
	// 1 MiB: the rest is in the buffers of both ends of the connection.
	tolerated = 16 * mebibyte
)

func oversizedReplies(c *check) {
	c.sub("endless", endlessReply)
	good := c.goodReply()
	c.sub("padded", func(c *check) {
		c.unusable(Reply{Status: good.Status, ContentType: good.ContentType, Body: pad(good.Body)})
	})
	c.sub("compressed", func(c *check) { compressedReply(c, good) })
}

// pad makes a body too long without changing what it says: a reader that cuts
// it off after 1 MiB takes it for a good one.
func pad(body []byte) []byte {
	return append(bytes.Clone(body), bytes.Repeat([]byte(" "), padding)...)
}

func endlessReply(c *check) {
	s := c.stage()
	var written atomic.Int64
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	s.answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		n, err := w.Write([]byte(`{"text":"`))
		for err == nil && written.Add(int64(n)) < endless {
			n, err = w.Write(chunk)
		}
	})
	_, err := c.send(c.Context(), c.provider(s), c.message(), "the reply does not end")
	c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, "the reply does not end")
	if got, most := written.Load(), int64(tolerated*c.h.Members); got > most {
		c.broken("the service could write %d bytes of a reply that does not end", got)
	}
}

// compressedReply is small on the wire and too long when unpacked.
func compressedReply(c *check, good Reply) {
	s := c.stage()
	s.answer(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", good.ContentType)
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			_, _ = w.Write(pad(good.Body))
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = packed.Write(pad(good.Body))
		_ = packed.Close()
	})
	c.unusableFrom(s, "the reply is small on the wire and longer than 1 MiB when unpacked")
}
