// Package gatewaycmd is the command "cnsms gateway": a gateway with its doors, its pages for
// operators, its metrics and its log, set up by flags and one YAML file.
package gatewaycmd
