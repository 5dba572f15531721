package fake

import "github.com/cnsms/cnsms/provider"

// named returns a copy of the reports that says through whom they came.
func (p *Provider) named(reports []provider.Report) []provider.Report {
	named := make([]provider.Report, len(reports))
	for i, report := range reports {
		if report.Provider == "" {
			report.Provider = p.Name()
		}
		named[i] = report
	}
	return named
}
