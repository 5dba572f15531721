package judges

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the judges that accepted into the READMEs")

// language is how a README tells which judges accepted.
type language struct {
	file string
	// sentence takes the services, how many clients, those in Go, those on Node.js.
	sentence string
	comma    string
	and      string
	services map[string]string
}

var languages = []language{
	{
		"README.md", `The vendors' own clients judge simulators too, unmodified and at pinned versions: the simulators of %s
are accepted by %d official clients.
In Go: %s.
On Node.js: %s.
The same judges refuse simulators that are broken on purpose. [tools/judges](tools/judges) is their code.`,
		", ", " and ",
		map[string]string{"aliyun": "Alibaba Cloud", "bmob": "Bmob", "tencent": "Tencent Cloud"},
	},
	{
		"README.zh-CN.md", `模拟器还要接受服务商自家客户端的检验，客户端不作任何修改，版本固定：%s的模拟器已被 %d 个官方客户端接受。
Go 客户端：%s。
Node.js 客户端：%s。
对故意改坏的模拟器，同样的客户端会拒绝。代码见 [tools/judges](tools/judges)。`,
		"、", "、",
		map[string]string{"aliyun": "阿里云", "bmob": "Bmob", "tencent": "腾讯云"},
	},
}

// requireReadmes: the READMEs say which judges have accepted, in the run that asks.
func requireReadmes(t *testing.T, accepted []Judge) {
	t.Helper()
	for _, l := range languages {
		file := path.Join("../..", l.file)
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		before, rest, begins := strings.Cut(string(content), "<!-- judges:begin -->\n")
		have, after, ends := strings.Cut(rest, "<!-- judges:end -->\n")
		require.True(t, begins && ends, l.file)
		want := "\n" + l.say(t, accepted) + "\n\n"
		if *update && have != want {
			written := before + "<!-- judges:begin -->\n" + want + "<!-- judges:end -->\n" + after
			require.NoError(t, os.WriteFile(file, []byte(written), 0o600))
			continue
		}
		require.Equal(t, want, have, "%s: write it with: go test -C tools/judges . -update", l.file)
	}
}

// say writes the sentence.
func (l language) say(t *testing.T, accepted []Judge) string {
	t.Helper()
	names := map[string]string{}
	var inGo, onNode []string
	for _, judge := range accepted {
		list := &inGo
		if judge.Node {
			list = &onNode
		}
		*list = append(*list, strings.TrimPrefix(judge.Module, "github.com/")+" "+version(t, judge))
		for _, hearing := range judge.Hearings {
			service := hearing.Simulator()[0].Name()
			names[service] = l.services[service]
		}
	}
	var services []string
	for _, service := range slices.Sorted(maps.Keys(names)) {
		services = append(services, names[service])
	}
	return fmt.Sprintf(l.sentence, l.list(services), len(accepted), l.list(inGo), l.list(onNode))
}

// list is names with "and" before the last.
func (l language) list(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], l.comma) + l.and + names[last]
}

// version is the one that a judge is pinned to.
func version(t *testing.T, judge Judge) string {
	t.Helper()
	if judge.Node {
		return pinned(t, "node/package.json")[judge.Module]
	}
	content, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(judge.Module) + ` (v\S+)$`).FindSubmatch(content)
	require.NotNil(t, found, judge.Module)
	return string(found[1])
}

func pinned(t *testing.T, file string) map[string]string {
	t.Helper()
	var pack struct{ Dependencies map[string]string }
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &pack))
	return pack.Dependencies
}

// TestPinned: a client has one version everywhere, so a judge that changes its mind has
// not changed itself.
func TestPinned(t *testing.T) {
	t.Parallel()
	lock, err := os.ReadFile("node/package-lock.json")
	require.NoError(t, err)
	require.NotContains(t, string(lock), `"resolved"`, "everybody has a registry of their own: npm install --prefix tools/judges/node writes the lock anew")
	for module, version := range pinned(t, "node/package.json") {
		require.Regexp(t, `^\d+\.\d+\.\d+$`, version, module)
		require.True(t, slices.ContainsFunc(Judges(), func(j Judge) bool { return j.Module == module }), "%s is no judge", module)
	}
	table, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, judge := range Judges() {
		require.Contains(t, string(table), " `"+judge.Module+"` | "+version(t, judge)+" |")
	}
}
