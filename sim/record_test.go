package sim_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	eachWay(t, sim.Config{Now: noon}, post{"post"}, func(t *testing.T, b bench) {
		t.Helper()
		require.Equal(t, "ok post-1", b.send(t, "post", "+8613800138000 Your code is 042137.").body)
		require.Equal(t, 400, b.send(t, "post", "nonsense").status)

		message := sim.Text{
			Seq: 1, At: noon(), Service: "post", ID: "post-1", To: "+8613800138000", Text: "Your code is 042137.", Code: "042137",
		}
		require.Equal(t, []sim.Text{message}, b.server.Texts())

		exchanges := b.server.Exchanges()
		require.Len(t, exchanges, 2)
		first := exchanges[0]
		require.Equal(t, 1, first.Seq)
		require.Equal(t, noon(), first.At)
		require.Equal(t, "POST /post", first.Method+" "+first.URL, "as on the wire, without the host")
		require.Equal(t, "+8613800138000 Your code is 042137.", string(first.Body))
		require.Equal(t, "ok post-1", string(first.Reply))
		require.Equal(t, []sim.Text{message}, first.Accepted)
		require.Empty(t, first.Verdict)
		require.Equal(t, `body: want "number text"`, exchanges[1].Verdict)
		require.Empty(t, exchanges[1].Accepted)
	})
}

func TestRecordKeepsTheNewest(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{Keep: 3}, post{"post"})
	b.bodies(t, "post", 5)
	var messages, exchanges []int
	for _, m := range b.server.Texts() {
		messages = append(messages, m.Seq)
	}
	for _, e := range b.server.Exchanges() {
		exchanges = append(exchanges, e.Seq)
	}
	require.Equal(t, []int{3, 4, 5}, messages, "numbers go on when old messages are dropped")
	require.Equal(t, []int{3, 4, 5}, exchanges)
}

// What was returned stays as it was while older entries are dropped.
func TestRecordIsASnapshot(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{Keep: 2}, post{"post"})
	b.bodies(t, "post", 3) // from now on there is room for one more, and no need to move
	messages, exchanges := b.server.Texts(), b.server.Exchanges()
	b.bodies(t, "post", 2)
	require.Equal(t, 2, messages[0].Seq)
	require.Equal(t, 2, exchanges[0].Seq)
}

func TestRecordKeepsAThousandByDefault(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.bodies(t, "post", 1001)
	require.Len(t, b.server.Texts(), 1000)
	require.Equal(t, 2, b.server.Texts()[0].Seq)
}

func TestCodeGuess(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"Your code is 042137.", "042137"},
		{"您的验证码是：042137。", "042137"},
		{"您的验证码是042137，5分钟内有效", "042137"},
		{"1234", "1234"},
		{"12345678", "12345678"},
		{"123", ""},
		{"123456789", ""},
		{"call 13800138000", ""},
		{"call 13800138000, code 4321", "4321"},
		{"1234 or 5678", "1234"},
		{"no digits", ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, post{"post"})
			_ = b.send(t, "post", "1 "+test.text)
			require.Equal(t, test.want, b.server.Texts()[0].Code)
		})
	}
}

func TestCodeOfAMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		message sim.Text
		want    string
	}{
		{"the service's own", sim.Text{Code: "ABCD", Text: "code 1234"}, "ABCD"},
		{"in a parameter", sim.Text{Params: []string{"5", "1234", "5678"}}, "1234"},
		{"the text before the parameters", sim.Text{Text: "code 1234", Params: []string{"5678"}}, "1234"},
		{"a text without one", sim.Text{Text: "hello", Params: []string{"5678"}}, "5678"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := inMemory(t, sim.Config{}, taker{post{"post"}, test.message})
			_ = b.send(t, "post", "")
			require.Equal(t, test.want, b.server.Texts()[0].Code)
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, sim.Config{}, post{"post"})
		_ = b.send(t, "post", "1 first")

		m, err := b.server.Wait(t.Context(), 0, nil)
		require.NoError(t, err)
		require.Equal(t, "first", m.Text, "what is there already comes at once")

		found := make(chan sim.Text)
		go func() {
			m, err := b.server.Wait(t.Context(), m.Seq, func(m sim.Text) bool { return m.To == "2" })
			if err != nil {
				t.Errorf("wait: %v", err)
			}
			found <- m
		}()
		_ = b.send(t, "post", "1 not for you")
		synctest.Wait()
		_ = b.send(t, "post", "2 second")
		require.Equal(t, "second", (<-found).Text)
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, sim.Config{}, post{"post"})
		_ = b.send(t, "post", "1 first")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err := b.server.Wait(ctx, 1, nil)
		require.Equal(t, context.DeadlineExceeded, err)
		require.Equal(t, time.Minute, time.Since(start))
	})
}

// A waiter that goes from message to message sees each once, in order, while
// many senders write.
func TestWaitMissesNothing(t *testing.T) {
	t.Parallel()
	const senders, each = 8, 25
	b := inMemory(t, sim.Config{}, post{"post"})
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for i := range each {
				_ = b.send(t, "post", fmt.Sprintf("%d text %d", sender, i))
			}
		})
	}
	seen := map[string]bool{}
	for last := 0; last < senders*each; {
		m, err := b.server.Wait(t.Context(), last, nil)
		require.NoError(t, err)
		require.Equal(t, last+1, m.Seq)
		last = m.Seq
		seen[m.To+m.Text] = true
	}
	wg.Wait()
	require.Len(t, seen, senders*each)
	require.Len(t, b.server.Exchanges(), senders*each)
}

// A match may ask the server.
func TestWaitMatchesOutsideTheLock(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	b.send(t, "post", "1 hello")
	got, err := b.server.Wait(t.Context(), 0, func(text sim.Text) bool { return len(b.server.Texts()) == text.Seq })
	require.NoError(t, err)
	require.Equal(t, 1, got.Seq)
}
