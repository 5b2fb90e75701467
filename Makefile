SHELL := /usr/bin/env bash
export PATH := $(PATH):/opt/swift/usr/bin

PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: demo test test-long build install bench peers bare asan fuzz soak lint format clean help bootstrap

demo: bootstrap ## build, make a demo store, decide 10,000 requests and the Todo scenario
	scripts/demo

test: bootstrap ## run every test, in two to three minutes
	scripts/test

test-long: bootstrap ## after `test`: leaks, races, huge scripts, half a million decisions, a second solver, the embedding example; up to 15 minutes
	scripts/bootstrap z3
	DEMILUNE_LONG=1 scripts/test --filter 'LeakTests|RollbackTests|two reviewers at once|ParserTests|OracleTests|EmbeddingTests|RefereeTests'

build: bootstrap ## build the release program
	swift build -c release

install: build ## install the program and the shipped policies; PREFIX (/usr/local), DESTDIR
	install -D "$$(swift build -c release --show-bin-path)/demilune" "$(DESTDIR)$(PREFIX)/bin/demilune"
	mkdir -p "$(DESTDIR)$(PREFIX)/share/demilune"
	rm -rf "$(DESTDIR)$(PREFIX)/share/demilune/policies" "$(DESTDIR)$(PREFIX)/share/demilune/plugins"
	cp -r policies plugins "$(DESTDIR)$(PREFIX)/share/demilune"

bench: build ## measure how fast it is, here
	"$$(swift build -c release --show-bin-path)/demilune" bench

peers: bootstrap ## ask other engines the same requests, side by side; COUNT (100000)
	Benchmarks/peers/run $(or $(COUNT),100000)

bare: bootstrap ## run policies without trees, beside a bare C program that calls them
	Benchmarks/bare/run

asan: bootstrap ## run the sandbox's tests and every hostile script under AddressSanitizer
	scripts/asan

fuzz: bootstrap ## fuzz the sandbox, and hold decisions to the oracle; FUZZ_SECONDS (60) each, or FUZZ_DECISIONS or FUZZ_SETS alone
	scripts/fuzz $(if $(FUZZ_DECISIONS),--decisions $(FUZZ_DECISIONS),$(if $(FUZZ_SETS),--branches $(FUZZ_SETS),$(or $(FUZZ_SECONDS),60)))

soak: bootstrap ## let one process decide for a long time, and hold it to its memory and the oracle; SOAK_SECONDS (600)
	scripts/soak $(or $(SOAK_SECONDS),600)

lint: bootstrap ## check the format of every Swift file
	swift format lint --strict -r Sources Tests Package.swift

format: bootstrap ## format every Swift file in place
	swift format -i -r Sources Tests Package.swift

clean: ## remove what was built, and the demo store
	rm -rf .build demo

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

bootstrap:
	@scripts/bootstrap
