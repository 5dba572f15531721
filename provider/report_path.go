package provider

import (
	"net/http"
	"strings"
)

// reportService is one service that pushes to a handler.
type reportService struct {
	name   string
	method string
	parser ReportParser
}

// reportServices lists who inside p takes pushes. Where there are several, each has
// a name of its own that can stand in a path.
func reportServices(p Provider) ([]reportService, error) {
	var services []reportService
	names := map[string]bool{}
	for member := range All(p) {
		if parser, ok := member.(ReportParser); ok {
			services = append(services, newReportService(member.Name(), parser))
			names[member.Name()] = true
		}
	}
	if len(services) == 0 {
		return nil, unsupported(nameOf(p), OpReports, "nobody here takes pushed reports")
	}
	if len(services) == 1 {
		return services, nil
	}
	for _, service := range services {
		if service.name == "" || service.name == "." || service.name == ".." || strings.Contains(service.name, "/") {
			return nil, badHandler(p, "several providers here take pushed reports, and one has a name that cannot end a path: set its Config.Name")
		}
	}
	if len(names) < len(services) {
		return nil, badHandler(p, "two providers here take pushed reports and have the same name: set Config.Name")
	}
	return services, nil
}

func newReportService(name string, parser ReportParser) reportService {
	service := reportService{name: name, method: http.MethodPost, parser: parser}
	if other, ok := parser.(ReportMethod); ok {
		service.method = other.ReportMethod()
	}
	return service
}

// find returns the service that the path belongs to: it ends in /SECRET/NAME, of
// which the secret is needed where one is set, and the name where there are several.
func (h *reportHandler) find(path string) (reportService, bool) {
	path = strings.TrimSuffix(path, "/")
	if len(h.services) == 1 && h.gate.opens(path) {
		return h.services[0], true
	}
	before, name := cutLast(path)
	for _, service := range h.services {
		if service.name == name && h.gate.opens(before) {
			return service, true
		}
	}
	return reportService{}, false
}

// cutLast cuts the last element off a path.
func cutLast(path string) (before, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}
