package gateway

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// isWoken reports whether a pull has an unread wake.
func isWoken(p *waitingPull) bool { return len(p.woken) == 1 }

func TestWakesGoRound(t *testing.T) {
	t.Parallel()
	var pulls waitingPulls
	first, second := pulls.add("phone-1", []string{"text"}), pulls.add("phone-2", []string{"text"})
	pulls.wake("text")
	require.True(t, isWoken(first))
	require.False(t, isWoken(second))
	first.readWake()
	first.waitAgain() // after all others now
	pulls.wake("text")
	require.True(t, isWoken(second))
	require.False(t, isWoken(first))
}

func TestWakesKeepLanesApart(t *testing.T) {
	t.Parallel()
	var pulls waitingPulls
	text, both := pulls.add("phone-3", []string{"text"}), pulls.add("phone-4", []string{"mob", "text"})
	pulls.wake("mob")
	require.True(t, isWoken(both))
	pulls.wake("mob")
	require.False(t, isWoken(text), "no other phone serves mob")
	pulls.wake("text")
	pulls.wake("text")
	require.True(t, isWoken(text))
	require.True(t, isWoken(both), "woken once for both lanes")
}

func TestAnUnusedWakeIsPassedOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		end    func(p *waitingPull)
		passed bool
	}{
		{"not read", func(p *waitingPull) { p.end() }, true},
		{"read, not looked", func(p *waitingPull) { <-p.woken; p.end() }, true},
		{"waiting again, not looked", func(p *waitingPull) { p.waitAgain(); p.end() }, true},
		{"looked before it was woken", func(p *waitingPull) { p.wakesUsed(0, nil, nil); p.end() }, true},
		{"looked", func(p *waitingPull) { p.wakesUsed(p.waitAgain(), nil, nil); p.end() }, false},
		{"looked, and its phone is cooled there", func(p *waitingPull) { p.wakesUsed(p.waitAgain(), p.lanes, nil); p.end() }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var pulls waitingPulls
			first, second := pulls.add("phone-5", []string{"text"}), pulls.add("phone-6", []string{"text"})
			pulls.wake("text")
			tt.end(first)
			require.Equal(t, tt.passed, isWoken(second))
		})
	}
}

func TestAnEndedPullIsForgotten(t *testing.T) {
	t.Parallel()
	var pulls waitingPulls
	pulls.wake("text") // no pull waits
	p := pulls.add("phone-7", []string{"text", "mob"})
	p.waitAgain() // waiting twice is waiting once
	p.end()
	p.waitAgain() // a pull of its phone was about to look
	require.Empty(t, pulls.byLane)
	pulls.wakeAll()
	require.False(t, isWoken(p))
}

func TestMissedChangesWakeEverybody(t *testing.T) {
	t.Parallel()
	var g Gateway
	first, second := g.pulls.add("phone", []string{"text", "mob"}), g.pulls.add("other", []string{"mob"})
	job, stop := g.watchers.watch("a")
	other, stopOther := g.watchers.watch("b")
	g.hear(Change{All: true})
	g.hear(Change{All: true})
	require.True(t, isWoken(first))
	require.True(t, isWoken(second))
	require.Len(t, job, 1)
	require.Len(t, other, 1)
	stop()
	stopOther()
	require.Empty(t, g.watchers.byJob)
}

func TestTheLatestPullOfAPhoneIsWokenFirst(t *testing.T) {
	t.Parallel()
	var pulls waitingPulls
	lane := []string{"text"}
	lost, other, live := pulls.add("a", lane), pulls.add("b", lane), pulls.add("a", lane)
	pulls.wake("text")
	require.True(t, isWoken(live))
	pulls.wake("text")
	require.True(t, isWoken(other), "the first phone was woken before")
	pulls.wake("text")
	require.True(t, isWoken(lost), "it may be another device with the same name")
}

func TestACooledPullPassesItsWakeOnOnce(t *testing.T) {
	t.Parallel()
	var pulls waitingPulls
	lane := []string{"text"}
	first, second := pulls.add("phone-8", []string{"text", "mob"}), pulls.add("phone-9", lane)
	pulls.wake("text")
	<-first.woken
	first.wakesUsed(first.waitAgain(), lane, nil)
	require.True(t, isWoken(second), "the next phone gets the wake")
	<-second.woken
	second.wakesUsed(second.waitAgain(), lane, nil)
	require.False(t, isWoken(first), "two cooled phones do not wake each other")
	pulls.wake("mob")
	require.True(t, isWoken(first), "it waits on its other lanes")
	pulls.wake("text") // nobody waits there
	first.waitAgain()
	pulls.wake("text")
	require.True(t, isWoken(first), "it waits again when it looks again")
}

func TestAPhoneIsWokenOnAllItsPulls(t *testing.T) {
	t.Parallel()
	var g Gateway
	first, second, other := g.pulls.add("a", []string{"text"}), g.pulls.add("a", []string{"mob"}), g.pulls.add("b", []string{"text"})
	g.hear(Change{Job: "j", Phone: "a"})
	g.hear(Change{Job: "j", Phone: "a"})
	require.True(t, isWoken(first))
	require.True(t, isWoken(second))
	require.False(t, isWoken(other))
	for _, p := range []*waitingPull{first, second, other} {
		p.end()
	}
	require.Empty(t, g.pulls.byPhone)
	require.Empty(t, g.pulls.byLane)
}

// BenchmarkWake wakes a phone, which waits again, among so many that wait.
func BenchmarkWake(b *testing.B) {
	for _, phones := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("phones=%d", phones), func(b *testing.B) {
			var pulls waitingPulls
			waiting := map[string]*waitingPull{}
			for i := range phones {
				name := fmt.Sprint(i)
				waiting[name] = pulls.add(name, []string{"text", "mob"})
			}
			b.ReportAllocs()
			next := 0
			for b.Loop() {
				pulls.wake("text")
				p := waiting[strconv.Itoa(next)]
				<-p.woken
				p.wakesUsed(p.waitAgain(), nil, nil)
				next = (next + 1) % phones
			}
		})
	}
}
