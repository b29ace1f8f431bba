//! Starts a server that stores are tried on, for programs in other languages and for people:
//! `cargo run --example server s3|moto|gcs|azure|hdfs`. Prints the URL of a new folder and the options that it takes, one
//! `name=value` a line, then an empty line; ends when its standard input ends.

#[path = "mod.rs"]
mod servers;

use std::io::Read;

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    let server = match which.as_str() {
        "s3" => Ok(&servers::s3().server),
        "gcs" => Ok(&servers::google().server),
        "moto" => servers::moto(),
        "azure" => servers::azurite(),
        "hdfs" => servers::hdfs(),
        _ => {
            eprintln!("usage: server s3|moto|gcs|azure|hdfs");
            std::process::exit(2);
        }
    };
    match server {
        Ok(server) => {
            println!("url={}", server.folder());
            server.settings.iter().for_each(|(name, value)| println!("{name}={value}"));
            println!();
        }
        Err(why) => {
            eprintln!("error: {why}");
            std::process::exit(1);
        }
    }
    // All that comes is the end.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    servers::clean();
}
