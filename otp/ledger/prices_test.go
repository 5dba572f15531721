package ledger_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/catalog"
)

// TestTheTableOfPricesIsThatOfThePages: the prices in the documentation are those of the
// pages of the providers, and what is billed is presented as known where these know it.
func TestTheTableOfPricesIsThatOfThePages(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/one-time-codes.md")
	require.NoError(t, err)
	number := regexp.MustCompile(`[0-9]+\.[0-9]+`)
	for provider, file := range map[string]string{
		"aliyun": "aliyun/service.txt", "aliyun-verification": "aliyun/service-verification.txt", "tencent": "tencent/service.txt",
		"zhenzi": "zhenzi/service.txt", "bmob": "bmob/service.txt", "mob": "mob/service.txt", "ihuyi, ronglian": "ihuyi/service.txt",
	} {
		service, err := catalog.ReadService("../../" + file)
		require.NoError(t, err)
		_, rest, found := strings.Cut(string(page), "\n| "+provider+" |")
		require.True(t, found, provider)
		row, _, _ := strings.Cut(rest, "\n")
		fact := service.Price.Text.EN
		if price := number.FindString(row); price != "" {
			require.Contains(t, fact, price+" yuan a text", provider)
		} else {
			require.Contains(t, fact, "Not known", provider)
		}
		known := strings.Contains(fact, "Only what arrives is billed") || strings.Contains(fact, "bills texts that were delivered")
		require.Equal(t, known, strings.Contains(row, "`Delivered`"), provider)
	}
}
