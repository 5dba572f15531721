package catalog_test

import (
	"fmt"

	"github.com/cnsms/cnsms/internal/catalog"
)

// Looks up what one adapter can do, and what is known of its service.
func Example() {
	for _, adapter := range catalog.Adapters() {
		if adapter.Name != "ihuyi" {
			continue
		}
		service, err := catalog.ReadService("../../" + adapter.ServiceFile())
		if err != nil {
			fmt.Println(err)
			return
		}
		can := adapter.Abilities()
		fmt.Println("service:", service.Name.ZH)
		fmt.Println("a person can open an account:", service.Person)
		fmt.Println("tells what is left on the account:", can.Balance)
		fmt.Println("takes many phones at a time:", can.Batch)
	}
	// Output:
	// service: 互亿无线
	// a person can open an account: trial
	// tells what is left on the account: true
	// takes many phones at a time: false
}
