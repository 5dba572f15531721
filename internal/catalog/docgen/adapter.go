package main

import (
	"path/filepath"

	"github.com/cnsms/cnsms/internal/catalog"
)

// adapter is all that the pages say about one.
type adapter struct {
	catalog.Adapter
	can     catalog.Abilities
	service catalog.Service
}

// readAdapters reads what is known of the services behind all adapters.
func readAdapters(root string) ([]adapter, error) {
	var all []adapter
	for _, listed := range catalog.Adapters() {
		service, err := catalog.ReadService(filepath.Join(root, listed.ServiceFile()))
		if err != nil {
			return nil, err
		}
		all = append(all, adapter{Adapter: listed, can: listed.Abilities(), service: service})
	}
	return all, nil
}
