//go:build unix

package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/sim"
)

// root is the repository, seen from this folder.
const root = "../.."

// TestGuide runs every command of the page about old phones, in both languages, as its reader
// does: the server's, the phone's with programs that stand in for Termux, and the retry that is
// paid.
func TestGuide(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"old-phone.md", "old-phone.zh-CN.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			g := newGuide(t)
			for _, step := range steps(t, page) {
				g.play(step)
			}
			require.Equal(t, []string{"file", "install", "phone", "run", "serve", "story"}, g.played())
			require.Contains(t, g.sent(), "13800138000", "the first text")
			require.Contains(t, g.sent(), "13900139000", "the free attempt of the site")
		})
	}
}

// TestGuidesSayTheSame has the same commands and files in both languages.
func TestGuidesSayTheSame(t *testing.T) {
	t.Parallel()
	require.Equal(t, steps(t, "old-phone.md"), steps(t, "old-phone.zh-CN.md"))
}

// step is a block of the page: what kind it is, and its text.
type step struct{ kind, name, text string }

// steps are the blocks that a reader runs or writes.
func steps(t *testing.T, page string) []step {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", page))
	require.NoError(t, err)
	var all []step
	for _, block := range regexp.MustCompile("(?ms)^```(?:sh ([a-z]+)|yaml file=(\\S+))\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		kind := block[1]
		if kind == "" {
			kind = "file"
		}
		all = append(all, step{kind, block[2], block[3]})
	}
	require.NotEmpty(t, all)
	return all
}

// guide is somebody who follows the page.
type guide struct {
	*program

	address string
	bin     string
	gateway *process
	done    map[string]bool
}

func newGuide(t *testing.T) *guide {
	t.Helper()
	g := &guide{program: build(t), done: map[string]bool{}}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g.address = listener.Addr().String() // free again in a moment
	require.NoError(t, listener.Close())
	g.bin = filepath.Join(g.folder, "bin")
	require.NoError(t, os.Mkdir(g.bin, 0o700))
	require.NoError(t, os.Symlink(g.path, filepath.Join(g.bin, "cnsms")))
	g.termux("termux-sms-send", `body=$(cat); echo "$2" >> sent; printf '[{"_id":%s,"type":"sent","number":"%s","body":"%s"}]' "$(wc -l < sent)" "$2" "$body" > boxes.json`)
	g.termux("termux-sms-list", `[ -f boxes.json ] && cat boxes.json || echo '[]'`)
	g.termux("termux-tts-speak", `cat > /dev/null`)
	return g
}

// termux writes a program that stands in for one of Termux.
func (g *guide) termux(name, script string) {
	g.Helper()
	require.NoError(g, os.WriteFile(filepath.Join(g.bin, name), []byte("#!/bin/sh\ncd '"+g.folder+"' || exit 9\n"+script+"\n"), 0o700))
}

// sent are the numbers that the phone has sent to.
func (g *guide) sent() string {
	g.Helper()
	text, err := os.ReadFile(filepath.Join(g.folder, "sent"))
	require.NoError(g, err)
	return string(text)
}

func (g *guide) played() []string {
	var kinds []string
	for _, kind := range []string{"file", "install", "phone", "run", "serve", "story"} {
		if g.done[kind] {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (g *guide) play(s step) {
	g.Helper()
	g.done[s.kind] = true
	text := strings.NewReplacer("https://relay.example.com", "http://"+g.address, "127.0.0.1:8080", g.address).Replace(s.text)
	switch s.kind {
	case "install":
		require.Equal(g, "go install github.com/cnsms/cnsms/cmd/cnsms@latest\n", text)
	case "file":
		require.NoError(g, os.WriteFile(filepath.Join(g.folder, s.name), []byte(text), 0o600))
	case "serve":
		g.gateway = g.inBackground(text)
		g.waitFor("relay: ready")
	case "phone":
		g.inBackground(text)
		g.waitFor("relay: phone is online")
	case "run":
		out, err := g.shell(text).CombinedOutput()
		require.NoError(g, err, "%s: %s", text, out)
	case "story":
		g.playStory(text)
	default:
		require.Fail(g, "the page has a block of a kind that nobody runs", s.kind)
	}
}

// playStory has a user who asks twice for the code: the phone sends the first text, and a
// simulated Aliyun the second.
func (g *guide) playStory(text string) {
	g.Helper()
	const keyID, keySecret = "LTAI0000000000000000", "a-secret-of-thirty-letters-000"
	paid := sim.Start(g, aliyunsim.New(aliyunsim.Config{AccessKeyID: keyID, AccessKeySecret: keySecret}).Verification())
	text = strings.Replace(strings.TrimSpace(text), "shop.token", filepath.Join(g.folder, "shop.token"), 1)
	c := g.shell(text + " --aliyun-url " + paid.URL())
	c.Dir = root
	c.Env = append(c.Env, "CNSMS_ALIYUN_ACCESS_KEY_SECRET="+keySecret)
	c.Stdin = strings.NewReader("\nno code\n")
	out, err := c.CombinedOutput()
	require.NoError(g, err, "%s", out)
	require.Regexp(g, `(?s)Attempt 1.*relay +sent it, free.*Attempt 2.*aliyun-verification sent it, paid`, string(out))
	require.Len(g, paid.Texts(), 1)
}

// shell runs commands of the page in the reader's folder.
func (g *guide) shell(text string) *exec.Cmd {
	c := exec.CommandContext(g.Context(), "sh", "-e", "-c", text)
	c.Dir = g.folder
	c.Env = append(os.Environ(), "PATH="+g.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return c
}

// inBackground starts a command that runs until the test ends.
func (g *guide) inBackground(text string) *process {
	g.Helper()
	logs, err := os.Create(filepath.Join(g.folder, "log"+strings.Fields(text)[1]))
	require.NoError(g, err)
	c := g.shell("exec " + text)
	c.Stdout, c.Stderr = logs, logs
	require.NoError(g, c.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	g.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		require.NoError(g, logs.Close())
	})
	return &process{Cmd: c, t: g.T, ended: ended}
}

// waitFor waits for a line of the gateway's log.
func (g *guide) waitFor(what string) {
	g.Helper()
	var text []byte
	require.Eventually(g, func() bool {
		text, _ = os.ReadFile(filepath.Join(g.folder, "loggateway"))
		return strings.Contains(string(text), what)
	}, testTime, 20*time.Millisecond, "%s", what)
}
