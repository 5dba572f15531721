package ranges_test

import (
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/ranges"
)

// A page asks for a second proof where numbers are cheap to get.
func ExampleOf() {
	for _, number := range []string{"13800138000", "17012345678"} {
		phone := provider.MustParsePhone(number)
		fmt.Println(phone, ranges.Of(phone), ranges.Of(phone) != ranges.Ordinary)
	}
	// Output:
	// 138****8000 ordinary false
	// 170****5678 virtual true
}
