//! The Java border: the native methods of `dev.gabion.Native`, registered when the library is loaded.
//!
//! Cold methods go through the `jni` crate: a plain function, arrays in and out as `pack` lays them out, errors as
//! exceptions (`policy`). Hot ones call no JNI function (`raw`). No native thread ever enters the JVM.

/// A cold method: `static native` in Java, a function of (env, class, arguments) with a `Result` here. Wants
/// `policy::Throw` in scope.
macro_rules! native {
    ($($signature:tt)*) => {
        ::jni::native_method! { static fn $($signature)*, error_policy = Throw }
    };
}

/// A hot method: a function that touches neither its environment nor its class, and that can't unwind.
macro_rules! native_raw {
    ($($signature:tt)*) => {
        ::jni::native_method! { static raw fn $($signature)*, abi_check = UnsafeNever }
    };
}

mod backend;
mod batch;
mod budget;
mod column_family;
mod directory;
mod handle;
mod library;
mod pack;
mod policy;
mod pulled_stream;
mod pushed_stream;
mod raw;
mod scan;
mod snapshot;
mod view;

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use jni::errors::Result;
use jni::sys::{JNI_ERR, JNI_OK, JNI_VERSION_1_8, JavaVM, jint};
use jni::{Env, EnvUnowned, NativeMethod, jni_str};

/// Every native method, one table per noun.
const METHODS: [&[NativeMethod<'static>]; 11] = [
    library::METHODS,
    budget::METHODS,
    backend::METHODS,
    column_family::METHODS,
    batch::METHODS,
    view::METHODS,
    scan::METHODS,
    snapshot::METHODS,
    directory::METHODS,
    pulled_stream::METHODS,
    pushed_stream::METHODS,
];

/// Called by the JVM when a class loader loads the library. A failure leaves a Java exception that says why.
///
/// # Safety
///
/// Only the JVM calls this, with itself as `vm`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn JNI_OnLoad(vm: *mut JavaVM, _reserved: *mut c_void) -> jint {
    let mut raw = ptr::null_mut();
    // SAFETY: the JVM passes its own valid interface table, and this thread is attached, as it is running Java code.
    let status = unsafe { ((**vm).v1_2.GetEnv)(vm, &mut raw, JNI_VERSION_1_8) };
    if status != JNI_OK {
        return JNI_ERR;
    }
    // SAFETY: `raw` is this thread's environment, and it stays valid until this call returns to the JVM.
    let mut env = unsafe { EnvUnowned::from_raw(raw.cast()) };
    let loaded = catch_unwind(AssertUnwindSafe(|| env.with_env(register).resolve::<policy::ThrowAtLoad>()));
    if loaded.unwrap_or(false) { JNI_VERSION_1_8 } else { JNI_ERR }
}

fn register(env: &mut Env<'_>) -> Result<bool> {
    // `FindClass` looks in the class loader that is loading the library.
    let class = env.find_class(jni_str!("dev/gabion/Native"))?;
    policy::resolve(env, &class)?;
    for methods in METHODS {
        // SAFETY: `native_method!` has checked each function against its signature, and all are static.
        unsafe { env.register_native_methods(&class, methods)? };
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const JAVA: &str = include_str!("../../java/core/src/main/java/dev/gabion/Native.java");
    const TABLES: [&str; 11] = [
        include_str!("library.rs"),
        include_str!("budget.rs"),
        include_str!("backend.rs"),
        include_str!("column_family.rs"),
        include_str!("batch.rs"),
        include_str!("view.rs"),
        include_str!("scan.rs"),
        include_str!("snapshot.rs"),
        include_str!("directory.rs"),
        include_str!("pulled_stream.rs"),
        include_str!("pushed_stream.rs"),
    ];

    /// `columnFamilyGet` as `column_family_get`.
    fn snake(camel: &str) -> String {
        camel.chars().fold(String::new(), |snake, letter| match letter.is_ascii_uppercase() {
            true => snake + "_" + &letter.to_ascii_lowercase().to_string(),
            false => snake + &letter.to_string(),
        })
    }

    /// Registration fails for a method that Java lacks; that Java has one which is not registered shows only here.
    #[test]
    fn every_native_method_of_java_is_registered() {
        let declared: BTreeSet<String> = JAVA
            .split("static native ")
            .skip(1)
            .filter_map(|rest| rest.split('(').next()?.split_whitespace().last().map(snake))
            .collect();
        let registered: BTreeSet<String> = TABLES
            .iter()
            .flat_map(|table| table.lines())
            .filter_map(|line| line.trim().strip_prefix("native! { ").or(line.trim().strip_prefix("native_raw! { ")))
            .filter_map(|rest| rest.split('(').next().map(str::to_owned))
            .collect();
        assert_eq!(declared, registered);
        assert!(declared.contains("column_family_get"));
    }
}
