package redisstore_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
)

// lines are those of all scripts, by file.
func lines(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob("lua/*.lua")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := map[string][]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all[name] = strings.Split(string(text), "\n")
	}
	return all
}

var (
	anyCall = regexp.MustCompile(`redis\.p?call\(`)
	aCall   = regexp.MustCompile(`redis\.p?call\('([A-Z]+)', ?([^,)]*)|redis\.p?call\('(TIME)'\)`)
)

// TestO6EveryWriteHasItsEnd reads the scripts: who sets a key says how long it lives, and who
// adds to one has it live for a time in one of the next lines.
func TestO6EveryWriteHasItsEnd(t *testing.T) {
	t.Parallel()
	writes := 0
	for name, all := range lines(t) {
		for i, line := range all {
			for _, call := range aCall.FindAllStringSubmatch(line, -1) {
				switch command, key := call[1], call[2]; command {
				case "SET":
					writes++
					require.Contains(t, line, "'PX', ", "%s:%d", name, i+1)
				case "ZADD", "HINCRBY":
					writes++
					next := strings.Join(all[i+1:min(i+3, len(all))], "\n")
					require.Regexp(t, `(stretch\(|'PEXPIRE', )`+regexp.QuoteMeta(key)+`,`, next, "%s:%d", name, i+1)
				}
			}
		}
	}
	require.Greater(t, writes, 9)
}

// commandsOf are the commands that scripts use, as the rights of a user name them.
func commandsOf(t *testing.T) []string {
	t.Helper()
	rights := []string{"+eval", "+evalsha"}
	for name, all := range lines(t) {
		for i, line := range all {
			found := aCall.FindAllStringSubmatch(line, -1)
			require.Len(t, found, len(anyCall.FindAllString(line, -1)), "%s:%d: a command that is not named", name, i+1)
			for _, call := range found {
				rights = append(rights, "+"+strings.ToLower(call[1]+call[3]))
			}
		}
	}
	slices.Sort(rights)
	return slices.Compact(rights)
}

// TestTheRightsThatAreDocumentedAreEnough has a user with the rights of the package comment,
// and no others, do all there is to do. One without the keys is told so.
func TestTheRightsThatAreDocumentedAreEnough(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	documented := regexp.MustCompile(`\+[a-z]+`).FindAllString(string(text), -1)
	require.ElementsMatch(t, commandsOf(t), documented)

	server := redistest.Server(t)
	admin := server.Client(t)
	as := func(name, keys string) redis.UniversalClient {
		rule := []any{"acl", "setuser", name, "on", ">pass", keys, "resetchannels", "-@all"}
		for _, right := range documented {
			rule = append(rule, right)
		}
		require.NoError(t, admin.Do(t.Context(), rule...).Err())
		return server.Client(t, func(o *redis.UniversalOptions) { o.Username, o.Password = name, "pass" })
	}
	client := as("app", "~{rights}:*")
	store, attempts := newVerifications(t, client, "rights"), newAttempts(t, client, "rights")
	created(t, store, 1)
	for name, call := range calls(store, creation(1).Record) {
		require.NoError(t, call(t.Context()), name)
	}
	_, err = attempts.Add(t.Context(), "key", time.Hour)
	require.NoError(t, err)
	require.NoError(t, attempts.Forget(t.Context(), "key"))
	settle := func(s guard.Store) error {
		return s.Settle(t.Context(), guard.Settlement{ID: "1", Keys: []guard.Key{{Name: "n"}}, What: guard.Verified, At: time.Now()})
	}
	reserve := func(ctx context.Context, s guard.Store) error {
		_, err := s.Reserve(ctx, guard.Batch{Keys: []guard.Key{{Name: "n"}}, Token: "t"})
		return err
	}
	counters := newGuard(t, client, "rights")
	require.NoError(t, reserve(t.Context(), counters))
	require.NoError(t, settle(counters))

	elsewhere := newGuard(t, as("other", "~other:*"), "rights")
	err = reserve(t.Context(), elsewhere)
	require.True(t, redis.HasErrorPrefix(err, "NOPERM"), "%v", err)
	require.Error(t, settle(elsewhere))
}
