# `make` alone lists the targets.
.DEFAULT_GOAL := help
LINT := go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z/]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: check
check: ## what has to hold before a change is merged
	bash .ci/run

.PHONY: test
test: ## all tests
	go test ./...

.PHONY: test/race
test/race: ## all tests with the race detector, in random order
	go test -race -shuffle=on ./...

.PHONY: fuzz
fuzz: ## every fuzz target for SECONDS (10)
	bash .ci/fuzz $(or $(SECONDS),10)

.PHONY: test/browser
test/browser: ## the operators' pages in a real Chromium
	go test -C tools/browser ./...

.PHONY: test/judges
test/judges: ## the vendors' own clients at the simulators; wants Node.js
	npm ci --prefix tools/judges/node --ignore-scripts --no-audit --no-fund
	go test -C tools/judges ./...

.PHONY: soak
soak: ## a gateway under load for a time (FOR=10m): memory, goroutines, descriptors and files stay flat
	go test -run '^TestSoak$$' -v -timeout 3h ./relay/gateway/sqlitequeue -soak $(or $(FOR),10m)

.PHONY: story
story: ## 10,000 verifications through adapters, simulators and the relay: in time, free, and their cost
	go test -count=1 -run '^TestStory$$' -v ./otp/ledger -story 10000

.PHONY: guard
guard: ## attacks and honest days through the guard: texts, yuan, refused and challenged
	go run ./otp/replay --table

.PHONY: bench
bench: ## all benchmarks, with allocations
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: lint
lint: ## linters
	$(LINT) run ./...

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt ./...

.PHONY: generate
generate: ## write generated files anew
	go generate ./...

.PHONY: examples
examples: ## run the quick start
	go run ./examples/quickstart
