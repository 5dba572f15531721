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
	first, second := l.join("phone-1", []string{"text"}), l.join("phone-2", []string{"text"})
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
	text, both := l.join("phone-3", []string{"text"}), l.join("phone-4", []string{"mob", "text"})
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
			first, second := l.join("phone-5", []string{"text"}), l.join("phone-6", []string{"text"})
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
	p := l.join("phone-7", []string{"text", "mob"})
	p.stand() // standing twice is standing once
	p.leave()
	require.Empty(t, l.lanes)
	l.wakeAll()
	require.False(t, calledUp(p))
}

func TestMissedChangesWakeEverybody(t *testing.T) {
	t.Parallel()
	var g Gateway
	first, second := g.phones.join("phone", []string{"text", "mob"}), g.phones.join("other", []string{"mob"})
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

func TestALaterCallOfAPhoneGoesFirst(t *testing.T) {
	t.Parallel()
	var l line
	lane := []string{"text"}
	lost, other, live := l.join("a", lane), l.join("b", lane), l.join("a", lane)
	l.wake("text")
	require.True(t, calledUp(live))
	l.wake("text")
	require.True(t, calledUp(other), "the first phone has had its turn")
	l.wake("text")
	require.True(t, calledUp(lost), "it may be another device with the same name")
}
