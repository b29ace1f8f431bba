//! The command line.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use gabion::Options;

use crate::failure::Failure;
use crate::output::HELP;

const AFTER: &str = "\
A snapshot is named URL/NUMBER, by the number that list shows, or URL#NUMBER.
A URL alone is a directory of snapshots; most commands then take the newest
one. A last part that is a number always is the number of a snapshot: a
directory of that name is written with a / at its end. Local directories can
be given as plain paths.

Exit codes:
  0    done
  1    something is broken, was not found, or failed; the message says what
  2    the command line or an option is wrong
  130  cancelled by Ctrl-C (143: by SIGTERM), after everything was cleaned up

Examples:
  gabion list s3://bucket/job -o store.credentials=env
  gabion describe /data/snapshots/7
  gabion copy /data/snapshots /backup/snapshots
  gabion help copy";

/// Look at snapshots of keyed state, verify, copy, restore and discard them.
#[derive(Parser)]
#[command(name = "gabion", version, after_help = AFTER, max_term_width = 80, styles = HELP)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Those of this process. Help and complaints, which end it here, are in colours as `--color` says.
    pub fn read() -> Arguments {
        let words: Vec<OsString> = std::env::args_os().collect();
        let has = |when: &str| {
            let is_one = words.iter().any(|word| *word == *format!("--color={when}"));
            is_one || words.windows(2).any(|pair| pair[0] == "--color" && pair[1] == when)
        };
        let choice = match (has("never"), has("always")) {
            (true, _) => ColorChoice::Never,
            (_, true) => ColorChoice::Always,
            _ => ColorChoice::Auto,
        };
        let matches = Arguments::command().color(choice).get_matches_from(words);
        Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Args)]
pub struct Common {
    /// Answer in JSON, for programs (docs/command.md lists the fields)
    #[arg(long, global = true, display_order = 100)]
    pub json: bool,
    /// No progress and no notes; errors still are told
    #[arg(short, long, global = true, display_order = 101)]
    pub quiet: bool,
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value = "auto", display_order = 102)]
    pub color: Colour,
}

#[derive(Subcommand)]
pub enum Command {
    List(List),
    Describe(Describe),
    Verify(Verify),
    Copy(Copy),
    Restore(Restore),
    Dump(Dump),
    Diff(Diff),
    Retain(Retain),
    Discard(Discard),
    Sweep(Sweep),
    Completions(Completions),
}

/// List the snapshots of a directory, oldest first
#[derive(Args)]
#[command(after_help = "\
NEW is what the snapshot itself wrote; the rest it shares with earlier ones.

Examples:
  gabion list /data/snapshots
  gabion list --json s3://bucket/job | jq -r '.snapshots[].number'")]
pub struct List {
    /// The directory of snapshots
    pub url: String,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Show what a snapshot consists of
#[derive(Args)]
#[command(after_help = "\
Examples:
  gabion describe /data/snapshots        the newest one
  gabion describe /data/snapshots/7
  gabion describe --files /data/snapshots/7")]
pub struct Describe {
    /// The snapshot; of a directory, the newest one
    #[arg(value_name = "URL[/NUMBER]")]
    pub snapshot: String,
    /// Show every file too
    #[arg(long)]
    pub files: bool,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Read every byte of snapshots and compare it with its checksum
#[derive(Args)]
#[command(after_help = "\
What is broken is named, with the snapshots that need it. Files that several
snapshots share are read once.

Examples:
  gabion verify /data/snapshots          all of them
  gabion verify s3://bucket/job/7")]
pub struct Verify {
    /// The snapshot; of a directory, all of them
    #[arg(value_name = "URL[/NUMBER]")]
    pub snapshot: String,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Copy snapshots into another directory, in any store
#[derive(Args)]
#[command(after_help = "\
The copies get numbers of their own there, and keep everything else. A copy is
there when it is complete; what was there before is not copied again, and a
copy that was killed goes on with the files it had brought over.

A directory has one writer. A copy into one that a job writes to would end
that job's snapshots, and is refused. A snapshot that is older than the newest
one at the destination is left out, for its copy would be the newest there.

Examples:
  gabion copy /data/snapshots /backup/snapshots
  gabion copy s3://bucket/job/7 file:///tmp/job --source-options s3.options")]
pub struct Copy {
    /// The snapshot to copy; of a directory, all of them
    #[arg(value_name = "SOURCE[/NUMBER]")]
    pub source: String,
    /// The directory it goes into; it is made if it is missing
    pub destination: String,
    /// Copy also what is older than the newest snapshot at the destination
    #[arg(long)]
    pub older: bool,
    /// Copy also into the directory of a job, which can't write there any more
    #[arg(long)]
    pub take_over: bool,
    /// A file with options for the source alone
    #[arg(long, value_name = "FILE", help_heading = STORES)]
    pub source_options: Option<PathBuf>,
    /// A file with options for the destination alone
    #[arg(long, value_name = "FILE", help_heading = STORES)]
    pub destination_options: Option<PathBuf>,
    #[command(flatten)]
    pub scratch: Scratch,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Restore a snapshot as a plain RocksDB directory
#[derive(Args)]
#[command(after_help = "\
The directory appears when it is complete. Other programs that use RocksDB can
open it; the answer has the lines for RocksDB's own tool, ldb (Debian's package
rocksdb-tools). To restore into a running backend, use the library.

Examples:
  gabion restore /data/snapshots/7 /tmp/db
  gabion restore s3://bucket/job /tmp/db")]
pub struct Restore {
    /// The snapshot; of a directory, the newest one
    #[arg(value_name = "URL[/NUMBER]")]
    pub snapshot: String,
    /// The new directory, in one that exists
    pub directory: PathBuf,
    /// Link local files instead of copying and checking every byte
    #[arg(long)]
    pub link: bool,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Hex,
    Json,
}

/// Print the rows of a column family
#[derive(Args)]
#[command(after_help = "\
Rows come in the order of their keys, with merges applied. Only the files of
that family are fetched. A row is KEY, a tab, VALUE: as text, in which what
can't be printed is \\t, \\n, \\\\ or \\xff, or as hex digits. In JSON each row is
an object on a line, and its key and value are hex digits.

Examples:
  gabion dump /data/snapshots --family counts --limit 10
  gabion dump s3://bucket/job/7 -f counts --prefix user- --format json")]
pub struct Dump {
    /// The snapshot; of a directory, the newest one
    #[arg(value_name = "URL[/NUMBER]")]
    pub snapshot: String,
    /// The column family, by its name or as describe shows it
    #[arg(short, long, value_name = "NAME")]
    pub family: Option<String>,
    /// Only keys that begin with this text
    #[arg(short, long, value_name = "TEXT")]
    pub prefix: Option<OsString>,
    /// Only keys that begin with these bytes
    #[arg(long, value_name = "HEX", conflicts_with = "prefix")]
    pub prefix_hex: Option<String>,
    /// At most so many rows
    #[arg(short = 'n', long, value_name = "ROWS")]
    pub limit: Option<u64>,
    /// How rows are written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub scratch: Scratch,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Tell what changed between two snapshots, family by family
#[derive(Args)]
#[command(after_help = "\
BYTES are of files that only one of the two has; KEYS are compared one by one,
which reads the families whose files differ. + is only in NEW, - only in OLD,
and ~ in both with another value.

Examples:
  gabion diff /data/snapshots/6 /data/snapshots/7
  gabion diff --list --family counts /data/snapshots/6 /data/snapshots")]
pub struct Diff {
    /// The older snapshot; of a directory, its newest one
    #[arg(value_name = "OLD[/NUMBER]")]
    pub old: String,
    /// The newer snapshot; of a directory, its newest one
    #[arg(value_name = "NEW[/NUMBER]")]
    pub new: String,
    /// Only this column family
    #[arg(short, long, value_name = "NAME")]
    pub family: Option<String>,
    /// Compare files only, which reads no rows
    #[arg(long, conflicts_with = "list")]
    pub files_only: bool,
    /// Print every key that changed
    #[arg(short, long)]
    pub list: bool,
    /// How keys are written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// A file with options for the older one alone
    #[arg(long, value_name = "FILE", help_heading = STORES)]
    pub old_options: Option<PathBuf>,
    /// A file with options for the newer one alone
    #[arg(long, value_name = "FILE", help_heading = STORES)]
    pub new_options: Option<PathBuf>,
    #[command(flatten)]
    pub scratch: Scratch,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Discard all but the newest snapshots
#[derive(Args)]
#[command(after_help = "\
The files that no other snapshot needs go with a later sweep.

Examples:
  gabion retain /data/snapshots 10
  gabion retain --dry-run s3://bucket/job 3")]
pub struct Retain {
    /// The directory of snapshots
    pub url: String,
    /// How many stay
    pub count: usize,
    /// Only tell which would go
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Discard one snapshot
#[derive(Args)]
#[command(after_help = "\
The files that no other snapshot needs go with a later sweep. A snapshot whose
manifest is damaged can be discarded too.

Examples:
  gabion discard /data/snapshots/7
  gabion discard 's3://bucket/job#7'")]
pub struct Discard {
    /// The snapshot
    #[arg(value_name = "URL/NUMBER")]
    pub snapshot: String,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Remove what no snapshot and no running job needs
#[derive(Args)]
#[command(after_help = "\
Files of discarded snapshots, and what killed jobs left. Nothing goes that is
younger than the grace period, or than the one that its writer recorded.

--grace 0 says that nobody else reads or writes there now: then everything
goes, and a job that runs all the same fails.

Examples:
  gabion sweep --dry-run /data/snapshots
  gabion sweep s3://bucket/job --grace 24h")]
pub struct Sweep {
    /// The directory of snapshots
    pub url: String,
    /// How old things must be: 30s, 5m, 1h, 7d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = crate::text::duration)]
    pub grace: std::time::Duration,
    /// Only tell what would go
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Name every object that goes
    #[arg(short, long)]
    pub list: bool,
    #[command(flatten)]
    pub store: StoreOptions,
}

/// Print a script that completes gabion's command line in a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  gabion completions bash >~/.local/share/bash-completion/completions/gabion
  gabion completions zsh >/usr/local/share/zsh/site-functions/_gabion")]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Args)]
pub struct Scratch {
    /// Where files are put on their way; the system's temporary directory
    #[arg(long, value_name = "DIRECTORY")]
    pub scratch: Option<PathBuf>,
}

const STORES: &str = "Options for stores";

/// Options as docs/options.md has them.
#[derive(Args)]
pub struct StoreOptions {
    /// Set an option (docs/options.md); can be repeated
    #[arg(short, long = "option", value_name = "NAME=VALUE", help_heading = STORES)]
    pub options: Vec<String>,
    /// Set an option to the value of an environment variable, as for secrets
    #[arg(long = "option-env", value_name = "NAME=VARIABLE", help_heading = STORES)]
    pub from_environment: Vec<String>,
    /// A file with options, one NAME=VALUE a line; # begins a comment
    #[arg(long = "options", value_name = "FILE", env = "GABION_OPTIONS", hide_env_values = true, help_heading = STORES)]
    pub file: Option<PathBuf>,
}

impl StoreOptions {
    /// All of them; what comes from the command line wins.
    pub fn read(&self) -> Result<Options, Failure> {
        self.read_with(None)
    }

    /// The same, with another file that wins over the first.
    pub fn read_with(&self, own: Option<&PathBuf>) -> Result<Options, Failure> {
        let mut options = Options::new();
        for file in self.file.iter().chain(own) {
            let text = fs::read_to_string(file)
                .map_err(|error| Failure::Usage(format!("cannot read the options in {}: {error}", file.display())))?;
            for (number, line) in (1..).zip(text.lines()).map(|(number, line)| (number, line.trim())) {
                if !line.is_empty() && !line.starts_with('#') {
                    let place = || format!("line {number} of {}", file.display());
                    let (name, value) = pair(line).ok_or_else(|| no_pair(&place()))?;
                    options.set(name, value).map_err(|error| error.context(place()))?;
                }
            }
        }
        for given in &self.from_environment {
            let (name, variable) = pair(given).ok_or_else(|| no_pair("--option-env"))?;
            let value = std::env::var(variable).map_err(|_| {
                Failure::Usage(format!(
                    "option {name} is to come from the environment, and {variable} is not set there"
                ))
            })?;
            options.set(name, &value)?;
        }
        for given in &self.options {
            let (name, value) = pair(given).ok_or_else(|| no_pair("--option"))?;
            options.set(name, value)?;
        }
        Ok(options)
    }
}

fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').map(|(name, value)| (name.trim(), value.trim()))
}

/// Does not repeat the text, which may be a secret.
fn no_pair(place: &str) -> Failure {
    Failure::Usage(format!("{place} has no = between a name and a value"))
}

impl Scratch {
    /// The directory, absolute.
    pub fn path(&self) -> PathBuf {
        let path = self.scratch.clone().unwrap_or_else(std::env::temp_dir);
        std::path::absolute(&path).unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples_and_clap_breaks_no_line_of_them() {
        let fits = |text: &str| text.lines().all(|line| line.chars().count() < 80);
        assert!(fits(AFTER));
        for command in Arguments::command().get_subcommands() {
            let after = command.get_after_help().unwrap().to_string();
            assert!(after.contains("Examples:\n  gabion ") && fits(&after), "{after}");
        }
    }

    #[test]
    fn options_come_from_a_file_the_environment_and_the_command_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("options");
        fs::write(&file, "# a comment\n\n snapshot.grace = 5m\nsnapshot.deadline=1s\n").unwrap();
        let given = |options: &[&str], from_environment: &[&str]| StoreOptions {
            options: options.iter().map(|&text| text.to_owned()).collect(),
            from_environment: from_environment.iter().map(|&text| text.to_owned()).collect(),
            file: Some(file.clone()),
        };
        let options = given(&["snapshot.grace=2h"], &[]).read().unwrap();
        assert_eq!((options.get("snapshot.grace"), options.get("snapshot.deadline")), (Some("2h"), Some("1s")));
        let missing = given(&[], &["snapshot.grace=GABION_NO_SUCH_VARIABLE"]).read();
        assert!(matches!(missing, Err(Failure::Usage(text)) if text.contains("GABION_NO_SUCH_VARIABLE")));
        assert!(matches!(given(&["secret"], &[]).read(), Err(Failure::Usage(text)) if !text.contains("secret")));
    }
}
