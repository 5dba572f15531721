package otp_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/storetest"
)

// harness is a store in memory for the suite.
func harness(t *testing.T) storetest.Harness {
	t.Helper()
	c := newClock()
	s, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: c.Now})
	require.NoError(t, err)
	return storetest.Harness{Store: s, Advance: c.Advance, Now: c.Now, Endless: s.Endless, Len: s.Entries, Dump: s.Dump}
}

// TestO26MemoryStorePassesTheSuite holds the store in memory to the same suite as every
// other one.
func TestO26MemoryStorePassesTheSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, harness)
}

func TestO26ServicesRaceAndDieOnMemoryStore(t *testing.T) {
	t.Parallel()
	storetest.RunServices(t, harness)
}

func TestMemoryStoreRefusesWhatItHasNoRoomFor(t *testing.T) {
	t.Parallel()
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{MaxRecords: 2})
	require.NoError(t, err)
	s, _ := newService(t, func(cfg *otp.Config) { cfg.Store = store })
	var ids []string
	for i := range 3 {
		req := start()
		req.Binding += strconv.Itoa(i)
		v, err := s.Start(t.Context(), req)
		ids = append(ids, v.ID)
		if i < 2 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, otp.Unavailable)
		require.ErrorIs(t, err, otp.ErrFull)
	}
	a, err := store.Look(t.Context(), ids[0])
	require.NoError(t, err)
	require.Equal(t, otp.Done, a.Verdict, "nobody's code is dropped for somebody else's")
	require.Equal(t, 2, store.Len())
}

func TestMemoryStoreNamesItsFaultySettings(t *testing.T) {
	t.Parallel()
	_, err := otp.NewMemoryStore(otp.MemoryStoreConfig{MaxRecords: -1})
	require.ErrorContains(t, err, "MaxRecords")
}

// TestO27TimesComeFromTheStore has two instances whose clocks are 90 s apart.
func TestO27TimesComeFromTheStore(t *testing.T) {
	t.Parallel()
	c := newClock()
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{Now: c.Now})
	require.NoError(t, err)
	one, sms := newService(t, func(cfg *otp.Config) { cfg.Store, cfg.Now = store, c.Now })
	skewed, _ := newService(t, func(cfg *otp.Config) {
		cfg.Store, cfg.Now = store, func() time.Time { return c.Now().Add(90 * time.Second) }
	})
	v, err := one.Start(t.Context(), start())
	require.NoError(t, err)

	c.Advance(59 * time.Second)
	_, err = skewed.Resend(context.Background(), resend(v.ID))
	require.ErrorIs(t, err, otp.Wait)

	c.Advance(9*time.Minute + 500*time.Millisecond)
	_, err = skewed.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err, "the code is good for ten minutes by the store's clock")
}

// TestAStoreThatIsFullOfDueRecordsShrinks never asks what is due.
func TestAStoreThatIsFullOfDueRecordsShrinks(t *testing.T) {
	t.Parallel()
	c := newClock()
	store := newStore(t, c)
	s, _ := newService(t, func(cfg *otp.Config) {
		cfg.Store = store
		cfg.Purposes["login"] = otp.Policy{EscalateAfter: time.Minute}
	})
	most := 0
	for i := range 2000 {
		req := start()
		req.Phone, req.Binding = "138"+strconv.Itoa(10_000_000+i), strconv.Itoa(i)
		_, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		c.Advance(10 * time.Second)
		most = max(most, store.Entries())
	}
	require.Less(t, most, 20*60/10*8, "what lives for twenty minutes")
	list, err := store.Due(t.Context(), 1000)
	require.NoError(t, err)
	require.Len(t, list.Records, 54, "those of nine minutes")
}
