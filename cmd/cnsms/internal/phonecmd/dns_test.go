//go:build unix

package phonecmd

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func nothing(string) string { return "" }

// system is an Env whose files and programs are in folders of the test's own.
func system(t *testing.T, files map[string]string) Env {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	return Env{OS: "linux", Root: root, Bin: root, Getenv: func(name string) string {
		if name == "PREFIX" {
			return filepath.Join(root, "usr")
		}
		return ""
	}}
}

func TestG5NameServers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		files  map[string]string
		wanted []string
		want   []string
	}{
		{"asked for", map[string]string{"etc/resolv.conf": "nameserver 10.0.0.1"}, []string{"10.0.0.9:53"}, []string{"10.0.0.9:53"}},
		{"an ordinary system", map[string]string{"etc/resolv.conf": "# x\nnameserver 10.0.0.1\n"}, nil, nil},
		{"nothing at all", nil, nil, publicServers},
		{
			"Termux",
			map[string]string{"usr/etc/resolv.conf": "options x\nnameserver 8.8.8.8\nnameserver fe80::1%wlan0\nnameserver what\nnameserver"},
			nil,
			append([]string{"8.8.8.8:53", "[fe80::1%wlan0]:53"}, publicServers...),
		},
		{"an empty file", map[string]string{"etc/resolv.conf": "\n"}, nil, publicServers},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, nameServers(t.Context(), system(t, tt.files), tt.wanted))
		})
	}
}

func TestOtherSystemsHaveTheirOwnWay(t *testing.T) {
	t.Parallel()
	env := system(t, nil)
	env.OS = "windows"
	require.Empty(t, nameServers(t.Context(), env, nil))
	require.Equal(t, []string{"10.0.0.9:53"}, nameServers(t.Context(), env, []string{"10.0.0.9:53"}))
}

func TestG5AndroidNamesItsServers(t *testing.T) {
	t.Parallel()
	env := system(t, map[string]string{"getprop": "#!/bin/sh\n[ $1 = net.dns1 ] && echo 192.168.1.1 || echo\n"})
	env.Getenv = nothing
	require.NoError(t, os.Chmod(env.program("getprop"), 0o700))
	require.Equal(t, append([]string{"192.168.1.1:53"}, publicServers...), nameServers(t.Context(), env, nil))
}

func TestServerOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"223.5.5.5": "223.5.5.5:53", "127.0.0.1:5353": "127.0.0.1:5353", "::1": "[::1]:53", "[::1]:5353": "[::1]:5353",
		"example.com": "", "": "", "1.2.3.4:0": "", "1.2.3.4:x": "",
	} {
		got, err := serverOf(text)
		require.Equal(t, want, got)
		require.Equal(t, want == "", err != nil, text)
	}
}

func FuzzResolvConf(f *testing.F) {
	f.Add("nameserver 8.8.8.8\nnameserver fe80::1%wlan0\n")
	f.Fuzz(func(t *testing.T, content string) {
		file := filepath.Join(t.TempDir(), "resolv.conf")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		for _, server := range resolvConf(file) {
			_, err := netip.ParseAddrPort(server)
			require.NoError(t, err)
		}
	})
}

func TestTheDialerStaysWithTheServerThatAnswers(t *testing.T) {
	t.Parallel()
	var asked, dialled []string
	d := newDialer([]string{"dead", "empty", "alive", "spare"})
	d.lookup = func(_ context.Context, server, host string) ([]netip.Addr, error) {
		asked = append(asked, server+" "+host)
		switch server {
		case "dead":
			return nil, errors.New("no answer")
		case "empty":
			return nil, nil
		}
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:192.0.2.7")}, nil
	}
	d.dial = func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		if address == "192.0.2.7:443" {
			conn, other := net.Pipe()
			return conn, other.Close()
		}
		return nil, errors.New("unreachable: " + address)
	}
	for range 2 {
		conn, err := d.DialContext(t.Context(), "tcp", "relay.test:443")
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	require.Equal(t, []string{"dead relay.test", "empty relay.test", "alive relay.test", "alive relay.test"}, asked)
	require.Equal(t, []string{"[2001:db8::1]:443", "192.0.2.7:443", "[2001:db8::1]:443", "192.0.2.7:443"}, dialled)

	_, err := d.DialContext(t.Context(), "tcp", "relay.test:80")
	require.ErrorContains(t, err, "unreachable: 192.0.2.7:80")
	_, err = d.DialContext(t.Context(), "tcp", "127.0.0.1:80")
	require.ErrorContains(t, err, "unreachable: 127.0.0.1:80", "an address needs no server")
	_, err = d.DialContext(t.Context(), "tcp", "relay.test")
	require.Error(t, err)

	d.servers = []string{"dead"}
	_, err = d.DialContext(t.Context(), "tcp", "relay.test:443")
	require.ErrorContains(t, err, "no name server knows relay.test")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.DialContext(ended, "tcp", "relay.test:443")
	require.ErrorIs(t, err, context.Canceled)
}
