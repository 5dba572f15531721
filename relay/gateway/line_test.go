package gateway

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// calledUp reports whether a place has an unread call.
func calledUp(p *place) bool { return len(p.woken) == 1 }

func TestLineIsFair(t *testing.T) {
	t.Parallel()
	var l line
	first, second := l.join([]string{"text"}), l.join([]string{"text"})
	l.wake("text")
	require.True(t, calledUp(first))
	require.False(t, calledUp(second))
	first.stand() // at the end now
	l.wake("text")
	require.True(t, calledUp(second))
	require.False(t, calledUp(first))
}

func TestLineKeepsLanesApart(t *testing.T) {
	t.Parallel()
	var l line
	text, both := l.join([]string{"text"}), l.join([]string{"mob", "text"})
	l.wake("mob")
	require.True(t, calledUp(both))
	l.wake("mob")
	require.False(t, calledUp(text), "nobody else serves mob")
	l.wake("text")
	l.wake("text")
	require.True(t, calledUp(text))
	require.True(t, calledUp(both), "called up once for both lanes")
}

func TestAnUnusedWakeIsPassedOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		leave  func(p *place)
		passed bool
	}{
		{"not read", func(p *place) { p.leave() }, true},
		{"read, not looked", func(p *place) { <-p.woken; p.owe(); p.leave() }, true},
		{"seen when standing, not looked", func(p *place) { p.stand(); p.leave() }, true},
		{"looked", func(p *place) { p.stand(); p.served(); p.leave() }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var l line
			first, second := l.join([]string{"text"}), l.join([]string{"text"})
			l.wake("text")
			tt.leave(first)
			require.Equal(t, tt.passed, calledUp(second))
		})
	}
}

func TestLineForgetsWhoLeft(t *testing.T) {
	t.Parallel()
	var l line
	l.wake("text") // nobody there
	p := l.join([]string{"text", "mob"})
	p.stand() // standing twice is standing once
	p.leave()
	require.Empty(t, l.lanes)
	l.wakeAll()
	require.False(t, calledUp(p))
}

func TestMissedChangesWakeEverybody(t *testing.T) {
	t.Parallel()
	var g Gateway
	first, second := g.phones.join([]string{"text", "mob"}), g.phones.join([]string{"mob"})
	job, stop := g.sites.watch("a")
	other, stopOther := g.sites.watch("b")
	g.hear(Change{All: true})
	g.hear(Change{All: true})
	require.True(t, calledUp(first))
	require.True(t, calledUp(second))
	require.Len(t, job, 1)
	require.Len(t, other, 1)
	stop()
	stopOther()
	require.Empty(t, g.sites.byJob)
}
