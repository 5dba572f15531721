package redisstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/redisstore"
)

// FuzzReply reads whatever a server may answer: no text makes the readers panic, and what they
// take has a verdict, a record an id and a ledger.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		"done 1795857312986 0\n" + `{"id":"a","sends":[{"at":1795857312986,"outcome":"claimed"}]}`, "unknown 1 0\n", "done 1 0", "", "\n", "done 1\n{}",
		"done x y\n", "done 1 0\n{}\n{}", "done 1e3 0\n", "done 1 0\n" + `{"id":"a","sends":[{}],"once":[["mark","done",1,2]]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := redisstore.ReadAnswer(text)
		if err == nil {
			require.NotEmpty(t, a.Verdict)
			require.Equal(t, a.Record.ID == "", len(a.Record.Sends) == 0)
		}
		list, err := redisstore.ReadListing(text)
		if err == nil {
			for _, r := range list.Records {
				require.NotEmpty(t, r.ID)
				require.NotEmpty(t, r.Sends)
			}
		}
		_, err = redisstore.ReadAnswer([]any{text})
		require.Error(t, err)
	})
}
