# The commands people use. `make` alone lists them; what they do is in tools/.

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-flink test test-upstream soak bench header fmt lint dist install clean

help: ## List these commands
	@awk -F ': *## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: compilers, JDK, Maven, Rust; compile RocksDB once
	@tools/setup test
	@tools/servers all
	@tools/rocksdb

build: ## Compile the library (release)
	@tools/with cargo build --release

demo: ## Run the demo job, with kills, and compare its state; INPUT=path for text of yours, SEED=n, STORE=s3|moto|gcs|azure|hdfs
	@tools/demo

demo-flink: ## Run a Flink 1.1 job with a failure, and compare its results; INPUT=path for text of yours
	@tools/with tools/jars
	@tools/with tools/demo-flink

test: ## Run every test: Rust, C, C++, Java, installation
	@tools/test

test-upstream: ## Run Flink 1.1's published test classes on its RocksDB backend's drop-in (half an hour)
	@tools/with tools/jars
	@tools/with tools/test-upstream

soak: ## Run the same tests at full numbers (hours)
	@GABION_SOAK=1 tools/test

bench: ## Run the benchmarks; ONLY=flink-1.1 for the Flink backend against the original one
	@tools/bench

header: ## Write include/gabion.h anew from the code
	@BLESS=1 tools/with cargo test --test header

fmt: ## Format the Rust code
	@tools/with cargo fmt

lint: ## Check format and lints, as the tests do
	@tools/with tools/lint

dist: ## Put the library, header, gabion.pc, jars and the program into dist/
	@tools/dist

install: ## Install dist/ under DESTDIR and PREFIX (/usr/local)
	@tools/install

clean: ## Remove what building left in the checkout, and Cargo's output; RocksDB stays compiled
	@tools/clean
