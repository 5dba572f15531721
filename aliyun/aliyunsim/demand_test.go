package aliyunsim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConstructor takes nothing that no request could satisfy or name.
func TestConstructor(t *testing.T) {
	t.Parallel()
	for field, spoils := range map[string][]func(cfg *Config){
		"AccessKeyID": {
			func(cfg *Config) { *cfg = Config{} }, func(cfg *Config) { cfg.AccessKeyID = "a,b" }, func(cfg *Config) { cfg.AccessKeyID = "a\n" },
		},
		"AccessKeySecret": {func(cfg *Config) { cfg.AccessKeySecret = "" }},
		"SecurityToken":   {func(cfg *Config) { cfg.SecurityToken = " x" }},
		"Signs": {
			func(cfg *Config) { cfg.Signs = map[string]Sign{"": {}} }, func(cfg *Config) { cfg.Signs = map[string]Sign{"【示例】": {}} },
			func(cfg *Config) { cfg.Signs = map[string]Sign{"示例": {State: 9}} },
			func(cfg *Config) { cfg.Signs = map[string]Sign{"示例": {Filing: Filing{Unicom: -1}}} },
		},
		"Templates": {
			func(cfg *Config) { cfg.Templates = map[string]Template{"": {}} },
			func(cfg *Config) { cfg.Templates = map[string]Template{"SMS_1": {Text: "${code}${min}", Code: true}} },
		},
		"Blocked":                {func(cfg *Config) { cfg.Blocked = []string{phone} }},
		"Verification.Signs":     {func(cfg *Config) { cfg.Verification.Signs = []string{"a b"} }},
		"Verification.Templates": {func(cfg *Config) { cfg.Verification.Templates = map[string]string{"": "x"} }},
		"Verification.CodeLife":  {func(cfg *Config) { cfg.Verification.CodeLife = -1 }},
		"Verification.Tries":     {func(cfg *Config) { cfg.Verification.Tries = -1 }},
	} {
		for _, spoil := range spoils {
			cfg := Config{AccessKeyID: keyID, AccessKeySecret: keySecret}
			spoil(&cfg)
			requirePanic(t, field, func() { New(cfg) })
		}
	}
}

// requirePanic wants a panic that names the field.
func requirePanic(t *testing.T, field string, build func()) {
	t.Helper()
	defer func() {
		problem, _ := recover().(string)
		require.Contains(t, problem, "Config."+field+":")
	}()
	build()
}
