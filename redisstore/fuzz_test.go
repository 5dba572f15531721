package redisstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/redisstore"
)

// FuzzReply reads whatever a server may answer: no text makes the readers panic, and what they
// take has a verdict, a record an id and a ledger.
func FuzzReply(f *testing.F) {
	const record = "1795857312986 1 2 3 5 100 5 0 0 0 key - binding phone id pending - 60000,120000 6 login sealed\npending 0 1\n"
	for _, seed := range []string{
		"done 1795857312986 0\n" + record + "1 0 claimed - - - 0 0 0 ticket", "unknown 1 0\n", "done 1 0", "", "\n", "done 1\n{}",
		"done 1 0\n\n" + record + "! mark done 1 1\n1 2 accepted tencent message re%20ceipt 0 0 1 -\n\n" + record + "1 0 unsure - - - 0 0 0 -",
		"done x y\n", "done 1e3 0\n", "done 1 0\n" + record, "done 1 0\n" + record + "1 0 claimed %2 - - 0 0 0 -",
		"done 1 0\n" + record + "! mark done 1 1", // a record without a send is none
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

// FuzzWords writes and reads any texts: none breaks out of its word, and each comes back as it was.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"login", "", "-", "%", "找回密码", "a b\nc", "\x00\xff", "%20"} {
		f.Add(seed, seed, int64(60_000))
	}
	f.Fuzz(func(t *testing.T, id, text string, wait int64) {
		r := otp.Record{ID: "i" + id, Purpose: text, KeyID: text, Tag: text, Sealed: text, Pending: id, Ladder: []int64{wait, 1}, Digits: 6, NoCode: true}
		line := redisstore.WriteFixed(r)
		require.NotContains(t, line, "\n")
		require.Equal(t, 16, strings.Count(line, " "))
		a, err := redisstore.ReadAnswer("done 1 0\n4 1 2 3 " + line + "\nreserved 0 0\n1 0 claimed - - - 0 0 0 -")
		require.NoError(t, err)
		r.Ends, r.Created, r.Lease, r.Expires, r.State = 4, 1, 2, 3, otp.Reserved
		r.Sends = []otp.Send{{At: 1, Outcome: otp.Claimed}}
		require.Equal(t, r, a.Record)
	})
}
