package admin_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
)

// A token is made in the file while no gateway runs, and listed without what it is.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "cnsms")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	tokens, closeAll, err := admin.Open(filepath.Join(folder, "relay.db"), true)
	if err != nil {
		panic(err)
	}
	defer func() { _ = closeAll() }()
	secret, err := tokens.Create(context.Background(), admin.Token{Role: "site", Name: "shop"})
	fmt.Println(len(string(secret)), err)
	all, err := tokens.List(context.Background())
	fmt.Println(all[0].Role, all[0].Name, err)
	// Output:
	// 43 <nil>
	// site shop <nil>
}
