package config_test

import (
	"fmt"

	"github.com/cnsms/cnsms/config"
)

// Looks up what one service can do.
func Example() {
	for _, adapter := range config.Adapters() {
		if adapter.Name != "ihuyi" {
			continue
		}
		can := adapter.Abilities()
		fmt.Println("service:", adapter.Service.ZH)
		fmt.Println("tells what is left on the account:", can.Balance)
		fmt.Println("takes many phones at a time:", can.Batch)
	}
	// Output:
	// service: 互亿无线
	// tells what is left on the account: true
	// takes many phones at a time: false
}
