package relaydoor

import (
	"maps"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Routes are the roles by path and method.
func (d *Door) Routes() map[string]map[string][]gateway.Role {
	all := maps.Clone(d.routes)
	all[relayapi.PathSubmissions+"/{id}"] = d.job
	found := map[string]map[string][]gateway.Role{}
	for path, methods := range all {
		found[path] = map[string][]gateway.Role{}
		for method, called := range methods {
			found[path][method] = called.roles
		}
	}
	return found
}
