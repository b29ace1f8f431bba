//! Gives the shared library its soname, keeps the C++ and GCC runtimes inside it, compiles the C++ shim, and names a cfg.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// The number is the ABI's major version: it changes when a host must be compiled anew.
const SONAME: &str = "libgabion.so.0";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    name_what_clouds_share();
    let linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,{SONAME}");
        // Threads of RocksDB and of the runtime outlive every handle; unloading would take their code away.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        link_runtimes_statically();
        hide_functions_of_crates();
        keep_statics();
    }
    compile_shim();
}

/// `cfg(cloud)` is the code of any store that speaks HTTP.
fn name_what_clouds_share() {
    println!("cargo::rustc-check-cfg=cfg(cloud)");
    if ["S3", "GCS", "AZURE"].iter().any(|name| env::var_os(format!("CARGO_FEATURE_{name}")).is_some()) {
        println!("cargo::rustc-cfg=cloud");
    }
}

/// A host may bring another libstdc++, or none. Crates ask the linker for `-lstdc++` and `-lgcc_s`; in a folder that it
/// searches first, these names lead to the compiler's static libraries.
fn link_runtimes_statically() {
    let runtimes = PathBuf::from(variable("OUT_DIR")).join("runtimes");
    fs::create_dir_all(&runtimes).unwrap_or_else(|error| fail(&format!("{}: {error}", runtimes.display())));
    for (asked, library) in [("libstdc++.a", "libstdc++.a"), ("libgcc_s.a", "libgcc_eh.a")] {
        let Some(found) = compilers_library(library) else {
            println!("cargo::warning=the C++ compiler has no {library}: libgabion.so will need the shared one");
            continue;
        };
        let link = runtimes.join(asked);
        let _ = fs::remove_file(&link);
        #[cfg(unix)]
        std::os::unix::fs::symlink(&found, &link).unwrap_or_else(|error| fail(&format!("{}: {error}", link.display())));
    }
    println!("cargo::rustc-link-search=native={}", runtimes.display());
}

fn compilers_library(name: &str) -> Option<PathBuf> {
    let compiler = cc::Build::new().cpp(true).get_compiler();
    let output = compiler.to_command().arg(format!("-print-file-name={name}")).output().ok()?;
    // A name that the compiler does not know comes back as it is.
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

/// The shared library exports only what `gabion.h` names.
fn hide_functions_of_crates() {
    println!("cargo::rerun-if-changed=src/hidden.c");
    // Nothing refers to this file's object, so that the linker would leave it out.
    cc::Build::new().file("src/hidden.c").link_lib_modifier("+whole-archive").compile("gabion_hidden");
}

/// Nothing that RocksDB uses is destroyed at exit: src/statics.c says why.
fn keep_statics() {
    println!("cargo::rerun-if-changed=src/statics.c");
    println!("cargo::rustc-link-arg=-Wl,--wrap=__cxa_atexit");
    // Its only callers are in libraries that the linker reads later.
    cc::Build::new().file("src/statics.c").link_lib_modifier("+whole-archive").compile("gabion_statics");
}

/// RocksDB's headers have to be read with the definitions that its sources were compiled with.
fn compile_shim() {
    println!("cargo::rerun-if-changed=src/rocks/shim.cc");
    let rocksdb = Path::new(&variable("DEP_ROCKSDB_CARGO_MANIFEST_DIR")).join("rocksdb");
    let mut build = cc::Build::new();
    for folder in [rocksdb.join("include"), rocksdb] {
        build.flag("-isystem").flag(folder);
    }
    build
        .cpp(true)
        .cpp_link_stdlib(None) // librocksdb-sys links it
        .std("c++20")
        .define("NDEBUG", "1")
        .define("OS_LINUX", None)
        .define("ROCKSDB_PLATFORM_POSIX", None)
        .define("ROCKSDB_LIB_IO_POSIX", None)
        .define("HAVE_ALIGNED_NEW", None)
        .define("HAVE_UINT128_EXTENSION", None)
        .define("LZ4", "1")
        .define("SNAPPY", "1")
        .file("src/rocks/shim.cc")
        .compile("gabion_shim");
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| fail(&format!("{name}, which Cargo sets: {error}")))
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    process::exit(1)
}
