# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share. Sourced from the top of the checkout.

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# Where rustup puts Cargo; the shell of a person who has just installed it does not know of it yet.
PATH=$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin

# Everything that outlives a checkout: the compiled RocksDB, Cargo's output.
cache=${GABION_CACHE:-${HOME:?is not set; it, or GABION_CACHE, says where the build cache goes}/.cache/gabion}

# Cargo's output: outside the checkout, but one per checkout. Cargo can't tell two checkouts apart in one target
# directory, and then links the code of the other.
cargo_target() { printf '%s\n' "$cache/target/$(basename "$PWD")-$(pwd -P | sha256sum | cut -c 1-8)"; }

# The version of Gabion.
gabion_version() { awk -F '"' '/^version/ { print $2; exit }' Cargo.toml; }

# The version of a package as Cargo.lock pins it.
locked_version() {
    awk -v name="name = \"$1\"" '$0 == name { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock
}

# The folder of RocksDB's sources: the librocksdb-sys package that Cargo fetched. Without a platform, Cargo would fetch the
# packages of all others too.
rocksdb_sources() {
    cargo metadata --format-version 1 --filter-platform "$(rustc -vV | sed -n 's/^host: //p')" |
        grep -o '"manifest_path":"[^"]*/librocksdb-sys-[^"]*/Cargo.toml"' | head -n 1 |
        sed 's|^"manifest_path":"||; s|/Cargo.toml"$||'
}

# The home of an installed JDK of the given major version; nothing if there is none.
jdk_home() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if [ -x "$home/bin/javac" ] && grep -qs "^JAVA_VERSION=\"$1[.\"]" "$home/release"; then
            printf '%s\n' "$home"
            return
        fi
    done
}
