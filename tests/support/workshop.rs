//! Where a test builds C and C++ programs, and runs them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{misuse, path, run};

pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A folder for one test: the library under its soname, the programs, and what these write.
pub struct Workshop {
    folder: TempDir,
    compiler: &'static str,
    flags: &'static [&'static str],
}

impl Workshop {
    pub fn new(compiler: &'static str, flags: &'static [&'static str], library: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        for name in ["libgabion.so", "libgabion.so.0"] {
            symlink(library, folder.path().join(name)).unwrap();
        }
        Self { folder, compiler, flags }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn compiler(&self) -> Command {
        let mut command = Command::new(self.compiler);
        let language: &[&str] =
            if self.compiler.ends_with("++") { &["-std=c++17"] } else { &["-std=c11", "-D_DEFAULT_SOURCE"] };
        command.args(language).args(["-O1", "-g", "-pthread"]).args(WARNINGS).args(self.flags);
        for folder in ["include", "bindings/cpp", "tests/c", "tests/cpp"] {
            command.arg("-I").arg(path(folder));
        }
        command
    }

    /// Builds a program from `sources`.
    pub fn program(&self, name: &str, sources: &[PathBuf]) -> PathBuf {
        let program = self.path(name);
        let folder = self.folder.path();
        let rpath = format!("-Wl,-rpath,{}", folder.display());
        run(self.compiler().args(sources).arg("-o").arg(&program).arg("-L").arg(folder).args(["-lgabion", &rpath]));
        program
    }

    /// All programs in one, for tools that take long to start.
    pub fn all_programs(&self) -> PathBuf {
        let (mut objects, mut declarations, mut calls) = (Vec::new(), String::new(), String::new());
        for source in self.sources() {
            let noun = source.file_stem().unwrap().to_string_lossy().into_owned();
            let object = self.path(&format!("{noun}.o"));
            run(self.compiler().arg("-c").arg(format!("-Dmain=main_{noun}")).arg(&source).arg("-o").arg(&object));
            declarations.push_str(&format!("int main_{noun}(void);\n"));
            calls.push_str(&format!(" || main_{noun}()"));
            objects.push(object);
        }
        let all = self.path("all.c");
        fs::write(&all, format!("{declarations}int main(void) {{ return 0{calls}; }}\n")).unwrap();
        objects.push(all);
        self.program("all", &objects)
    }

    /// The programs of tests/c, and the one that misuses every function.
    fn sources(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(path("tests/c")).unwrap();
        let mut sources: Vec<PathBuf> = folder
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
            .collect();
        sources.sort();
        assert!(sources.len() > 10, "{sources:?}");
        let misuse = self.path("misuse.c");
        fs::write(&misuse, misuse::program().0).unwrap();
        sources.push(misuse);
        sources
    }

    /// A command that gets the test's own temporary folder, and ends at some time.
    pub fn command(&self, words: &[&str], program: &Path) -> Command {
        let mut command = Command::new("timeout");
        command.arg("900").args(words).arg(program).env("TMPDIR", self.path("tmp"));
        command
    }

    pub fn build_and_run_each(&self) {
        for source in self.sources() {
            let name = source.file_stem().unwrap().to_string_lossy().into_owned();
            run(&mut self.command(&[], &self.program(&name, &[source])));
        }
    }
}
