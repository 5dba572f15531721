package config_test

import (
	"fmt"

	"github.com/cnsms/cnsms/config"
)

// Lists the services that tell what is left on an account.
func Example() {
	for _, adapter := range config.Adapters() {
		if adapter.Abilities().Balance {
			fmt.Println(adapter.Name, adapter.Service.ZH)
		}
	}
	// Output:
	// ihuyi 互亿无线
	// ronglian 容联云
	// zhenzi 榛子云
}
