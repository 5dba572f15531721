package redisstore

import (
	"crypto/sha1" //nolint:gosec // Redis names scripts by it.
	"embed"
	"encoding/hex"
	"strings"
)

//go:embed lua/*.lua
var files embed.FS

// script is a Lua script. The server knows it by its digest once it has run it.
type script struct {
	name, source, digest string
	// once says that a second run of the same call would answer something else, so that the
	// client must not ask again by itself.
	once bool
}

// newScript puts a script together: the parts that it needs, in that order, and then
// lua/op_NAME.lua.
func newScript(name string, parts ...string) script {
	var b strings.Builder
	for _, part := range append(parts, "op_"+name) {
		text, err := files.ReadFile("lua/" + part + ".lua")
		if err != nil {
			panic("redisstore: " + err.Error()) // a name in this package is wrong
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	sum := sha1.Sum([]byte(b.String())) //nolint:gosec // Redis names scripts by it.
	return script{name: name, source: b.String(), digest: hex.EncodeToString(sum[:])}
}

// parts lists the parts of several scripts together.
func parts(names string) []string { return strings.Fields(names) }
