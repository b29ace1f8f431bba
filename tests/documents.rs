//! The documents say what is true: their code compiles, and what they name is there.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Folders at the top: text between backquotes that begins with one of them is a path.
const FOLDERS: [&str; 9] = [".ci/", "benches/", "bindings/", "docs/", "include/", "java/", "src/", "tests/", "tools/"];
/// Text between backquotes that ends so is the name of a file, or the end of its path.
const SOURCES: [&str; 7] = [".c", ".cc", ".hpp", ".java", ".md", ".rs", ".toml"];

struct Document {
    name: String,
    /// Everything but fenced blocks.
    prose: String,
    blocks: Vec<Block>,
}

struct Block {
    place: String,
    language: String,
    code: String,
}

/// All files and folders of the checkout, as paths from its top; without what building leaves.
fn paths() -> Vec<String> {
    let (top, mut found) = (support::path(""), Vec::new());
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if ["target", "dist"].contains(&name.as_str()) || (name.starts_with('.') && name != ".ci") {
                continue;
            }
            found.push(entry.path().strip_prefix(&top).unwrap().to_str().unwrap().to_owned());
            folders.extend(entry.file_type().unwrap().is_dir().then(|| entry.path()));
        }
    }
    found
}

fn documents() -> Vec<Document> {
    let documents: Vec<_> = paths().iter().filter(|path| path.ends_with(".md")).map(|name| parse(name)).collect();
    assert!(documents.len() > 5, "where are the documents?");
    documents
}

fn parse(name: &str) -> Document {
    let text = format!("\n{}", fs::read_to_string(support::path(name)).unwrap());
    let parts: Vec<&str> = text.split("\n```").collect();
    assert!(parts.len() % 2 == 1 && !text.contains(" ```"), "{name}: a fenced block has no end, or is indented");
    let block = |(number, part): (usize, &&str)| {
        let (language, code) = part.split_once('\n').unwrap_or_default();
        Block { place: format!("{name}, block {number}"), language: language.to_owned(), code: format!("{code}\n") }
    };
    let blocks = (1..).zip(parts.iter().skip(1).step_by(2)).map(block).collect();
    let prose = parts.iter().step_by(2).copied().collect::<Vec<_>>().join("\n");
    Document { name: name.to_owned(), prose, blocks }
}

/// Compiles every block in `language`: `command` with the block in a file of its own as its last argument.
fn compile(language: &str, command: impl Fn(&Path) -> Command) {
    for block in documents().iter().flat_map(|document| &document.blocks).filter(|block| block.language == language) {
        let folder = tempfile::tempdir().unwrap();
        // Java wants a file named as its class.
        let class = block.code.split("class ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let source = folder.path().join(format!("{}.{language}", class.unwrap_or("sample")));
        fs::write(&source, &block.code).unwrap();
        println!("{}", block.place);
        support::run(command(folder.path()).arg(&source));
    }
}

fn gcc(standard: &str) -> Command {
    let mut gcc = Command::new("gcc");
    gcc.args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]);
    gcc.arg("-I").arg(support::path("include")).arg("-I").arg(support::path("bindings/cpp"));
    gcc
}

#[test]
fn c_and_cpp_samples_compile() {
    if support::has("gcc", "c_and_cpp_samples_compile") {
        compile("c", |_| gcc("-std=c11"));
        compile("cpp", |_| gcc("-std=c++17"));
    }
}

#[test]
fn java_samples_compile() {
    if support::has("javac", "java_samples_compile") {
        compile("java", |folder| {
            let mut javac = Command::new("javac");
            javac.args(["--release", "11", "-proc:none", "-sourcepath"]).arg(support::path("java/core/src/main/java"));
            javac.arg("-d").arg(folder);
            javac
        });
    }
}

#[test]
fn every_block_is_in_a_language_that_is_checked() {
    for block in documents().iter().flat_map(|document| &document.blocks) {
        let known = ["c", "cpp", "java", "json", "sh", "text"].contains(&block.language.as_str());
        assert!(known, "{}: nothing checks a block of {:?}", block.place, block.language);
        if block.language == "json" {
            let parsed = serde_json::from_str::<serde_json::Value>(&block.code);
            assert!(parsed.is_ok(), "{}: {parsed:?}", block.place);
        }
    }
}

/// Fails with all that `missing` finds in the documents.
fn nothing_is_missing(missing: impl Fn(&Document) -> Vec<String>) {
    let found = documents().into_iter().map(|document| (missing(&document), document.name));
    let found: Vec<_> = found.filter(|(missing, _)| !missing.is_empty()).collect();
    assert!(found.is_empty(), "these are not there: {found:#?}");
}

/// The text between single backquotes.
fn quoted(prose: &str) -> impl Iterator<Item = &str> {
    prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2))
}

#[test]
fn every_command_that_is_named_is_there() {
    let makefile = fs::read_to_string(support::path("Makefile")).unwrap();
    nothing_is_missing(|document| {
        let shell = document.blocks.iter().filter(|block| block.language == "sh").flat_map(|block| block.code.lines());
        shell.chain(quoted(&document.prose)).flat_map(|line| missing_in_command(line, &makefile)).collect()
    });
}

/// Targets of make, tests and scripts that `line` names and that are not there.
fn missing_in_command(line: &str, makefile: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let targets = words.iter().skip(1).filter(|word| words[0] == "make" && word.chars().all(char::is_alphabetic));
    let targets = targets.map(|target| format!("\n{target}:")).filter(|rule| !makefile.contains(rule));
    let tests = words.windows(2).filter(|pair| pair[0] == "--test" && !pair[1].starts_with('<'));
    let is_folder = |name: &str| support::path(&format!("tests/{name}/main.rs")).exists();
    let tests = tests.filter(|pair| !is_folder(pair[1])).map(|pair| format!("tests/{}.rs", pair[1]));
    let tools = words.iter().filter_map(|word| word.find("tools/").map(|at| &word[at..]));
    let tools = tools.map(|tool| tool.trim_end_matches([')', '"', '\'']).to_owned());
    targets.chain(tests.chain(tools).filter(|file| !support::path(file).exists())).collect()
}

#[test]
fn every_path_and_function_between_backquotes_is_there() {
    let (paths, header) = (paths(), support::header::text());
    let is_path = |text: &str| {
        let is_source = SOURCES.iter().any(|end| text.ends_with(end)) && !text.starts_with(['.', '*']);
        let is_plain = !text.contains([' ', '\n', '<', '$']) && !text.contains("/target/");
        is_plain && (is_source || FOLDERS.iter().any(|folder| text.starts_with(folder)))
    };
    let is_there = |text: &str| {
        // Of a pattern, the folder in which it begins.
        let path = text.split_once('*').map_or(text, |(start, _)| start.rsplit_once('/').unwrap().0);
        paths.iter().any(|found| found == path || found.ends_with(&format!("/{path}")))
    };
    nothing_is_missing(|document| {
        let files = quoted(&document.prose)
            .filter(|text| is_path(text) && !is_there(text.trim_end_matches('/')))
            .map(str::to_owned);
        let calls = quoted(&document.prose).filter(|text| text.starts_with("gabion_"));
        let calls = calls.filter_map(|text| text.split_once('(')).map(|(name, _)| format!("{name}("));
        files.chain(calls.filter(|call| !header.contains(call))).collect()
    });
}

#[test]
fn every_link_leads_somewhere() {
    nothing_is_missing(|document| {
        let targets = document.prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let own = targets.filter(|target| !target.contains("://"));
        own.filter(|target| !leads_somewhere(&document.name, target)).map(str::to_owned).collect()
    });
}

fn leads_somewhere(document: &str, target: &str) -> bool {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { document.into() } else { Path::new(document).parent().unwrap().join(file) };
    let is_heading = |line: &str| line.starts_with('#') && slug(line) == anchor;
    support::path(file.to_str().unwrap()).exists()
        && (anchor.is_empty() || parse(file.to_str().unwrap()).prose.lines().any(is_heading))
}

/// The anchor that web pages give a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.replace(' ', "-").chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
}

#[test]
fn what_is_missing_is_found() {
    let makefile = "a:\n\ntest: ## Run\n";
    assert_eq!(missing_in_command("make test soak", makefile), ["\nsoak:"]);
    assert_eq!(missing_in_command("cargo test --test nothing", makefile), ["tests/nothing.rs"]);
    assert!(leads_somewhere("ARCHITECTURE.md", "#close") && !leads_somewhere("ARCHITECTURE.md", "#nothing"));
    assert!(leads_somewhere("docs/abi.md", "../README.md") && !leads_somewhere("docs/abi.md", "README.md"));
}
