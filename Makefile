# Everything is in the TypeScript behind `npx holdfast`; this file brings npm's packages here and passes the word on.

.PHONY: local down preview test test-all lint bench generate
.DEFAULT_GOAL := local

local: node_modules/.package-lock.json
	@npx --no-install holdfast local up

down: node_modules/.package-lock.json
	@npx --no-install holdfast local down

# Works without root, Linux or an account: what the stack would be. `make preview STACK=prod`
STACK ?= local
preview: node_modules/.package-lock.json
	@npx --no-install holdfast preview $(STACK)

# What guards every change: lint, fast tests and one rehearsal of the whole stack, which needs root.
test: node_modules/.package-lock.json
	@npx --no-install ts-node tests/run/index.ts

# Everything that can be tested here, more than an hour of it: each night, and before a release.
test-all: node_modules/.package-lock.json
	@npx --no-install ts-node tests/run/index.ts --all

lint: node_modules/.package-lock.json
	@npx --no-install ts-node tests/run/index.ts --only lint

# docs/settings.md, docs/environment-variables.md and the editors' schema.
generate: node_modules/.package-lock.json
	@npx --no-install ts-node blueprint/generate/index.ts

# Figures, not tests. `make bench ONLY=preview`
bench: node_modules/.package-lock.json
	@npx --no-install ts-node bench/index.ts $(ONLY)

# npm writes this file last, so a cut installation is done again.
node_modules/.package-lock.json: package-lock.json package.json
	@command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || { \
	  echo "holdfast needs Node 20 or newer and npm: https://nodejs.org, or: apt-get install nodejs npm" >&2; exit 1; }
	@test "$$(node -p 'parseInt(process.versions.node)')" -ge 20 || { \
	  echo "holdfast needs Node 20 or newer, this is $$(node --version): https://nodejs.org" >&2; exit 1; }
	@echo "Installing npm packages (once, because package-lock.json is new)"
	@npm ci --no-fund --no-audit
	@touch $@
