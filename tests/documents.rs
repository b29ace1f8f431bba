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

/// A fenced block of code.
struct Block {
    place: String,
    language: String,
    code: String,
}

/// All files and folders of the checkout, as `/`-separated paths from its top, but for what building leaves.
fn everything(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if (name.starts_with('.') && name != ".ci") || ["target", "dist"].contains(&name.as_str()) {
                continue;
            }
            everything(&entry.path(), &format!("{path}/"), found);
        }
        found.push(path);
    }
}

fn paths() -> Vec<String> {
    let mut found = Vec::new();
    everything(&support::path(""), "", &mut found);
    found
}

fn documents() -> Vec<Document> {
    let documents: Vec<Document> =
        paths().into_iter().filter(|path| path.ends_with(".md")).map(|name| parse(&name)).collect();
    assert!(documents.iter().any(|document| document.name == "README.md"));
    documents
}

fn parse(name: &str) -> Document {
    let text = fs::read_to_string(support::path(name)).unwrap();
    let mut document = Document { name: name.to_owned(), prose: String::new(), blocks: Vec::new() };
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside;
            if inside {
                let place = format!("{name}:{}", number + 1);
                document.blocks.push(Block { place, language: language.to_owned(), code: String::new() });
            }
            continue;
        }
        let target = if inside { &mut document.blocks.last_mut().unwrap().code } else { &mut document.prose };
        target.push_str(line);
        target.push('\n');
    }
    assert!(!inside, "{name}: its last fenced block has no end");
    document
}

fn blocks(language: &str) -> Vec<Block> {
    documents().into_iter().flat_map(|document| document.blocks).filter(|block| block.language == language).collect()
}

/// The text between single backquotes.
fn quoted(prose: &str) -> Vec<&str> {
    prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2)).collect()
}

/// Compiles C or C++ without warnings, for its errors only.
fn compile(block: &Block, language: &str, standard: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("sample");
    fs::write(&source, &block.code).unwrap();
    println!("{}", block.place);
    let warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];
    let mut gcc = Command::new("gcc");
    gcc.args(["-x", language, standard]).args(warnings).arg("-I").arg(support::path("include"));
    support::run(gcc.arg("-I").arg(support::path("bindings/cpp")).arg(&source));
}

#[test]
fn every_block_is_in_a_language_that_is_checked() {
    for block in documents().iter().flat_map(|document| &document.blocks) {
        let known = ["c", "cpp", "java", "json", "sh", "text"].contains(&block.language.as_str());
        assert!(known, "{}: nothing checks a block of {:?}", block.place, block.language);
    }
}

#[test]
fn c_and_cpp_samples_compile() {
    if support::has("gcc", "c_and_cpp_samples_compile") {
        blocks("c").iter().for_each(|block| compile(block, "c", "-std=c11"));
        blocks("cpp").iter().for_each(|block| compile(block, "c++", "-std=c++17"));
    }
}

#[test]
fn java_samples_compile() {
    if !support::has("javac", "java_samples_compile") {
        return;
    }
    for block in blocks("java") {
        let folder = tempfile::tempdir().unwrap();
        let class = block.code.split("class ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let source = folder.path().join(format!("{}.java", class.expect("a sample is a whole program")));
        fs::write(&source, &block.code).unwrap();
        println!("{}", block.place);
        let mut javac = Command::new("javac");
        javac.args(["--release", "11", "-proc:none", "-d"]).arg(folder.path());
        support::run(javac.arg("-sourcepath").arg(support::path("java/core/src/main/java")).arg(&source));
    }
}

#[test]
fn json_samples_are_json() {
    for block in blocks("json") {
        let parsed = serde_json::from_str::<serde_json::Value>(&block.code);
        assert!(parsed.is_ok(), "{}: {parsed:?}", block.place);
    }
}

#[test]
fn every_command_that_is_named_is_there() {
    let makefile = fs::read_to_string(support::path("Makefile")).unwrap();
    let paths = paths();
    for document in documents() {
        let shell = document.blocks.iter().filter(|block| block.language == "sh").map(|block| block.code.as_str());
        for line in shell.flat_map(str::lines).chain(quoted(&document.prose)) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.first() == Some(&"make") {
                let targets = words[1..].iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
                for target in targets {
                    assert!(makefile.contains(&format!("\n{target}:")), "{}: make {target}", document.name);
                }
            }
            for test in words.windows(2).filter(|pair| pair[0] == "--test" && !pair[1].starts_with('<')) {
                let file = format!("tests/{}.rs", test[1]);
                assert!(paths.contains(&file), "{}: {line}: there is no {file}", document.name);
            }
            for tool in words.iter().filter_map(|word| word.find("tools/").map(|at| &word[at..])) {
                let tool = tool.trim_end_matches([')', '"', '\'', ',', ';']);
                assert!(paths.iter().any(|path| path == tool), "{}: there is no {tool}", document.name);
            }
        }
    }
}

#[test]
fn every_path_between_backquotes_is_there() {
    let paths = paths();
    for document in documents() {
        for text in quoted(&document.prose).into_iter().filter(|text| !text.contains([' ', '\n', '<', '$'])) {
            let is_path = FOLDERS.iter().any(|folder| text.starts_with(folder));
            if is_path || (SOURCES.iter().any(|end| text.ends_with(end)) && !text.starts_with(['.', '*'])) {
                // Of a pattern, the folder in which it begins.
                let plain = text.split('*').next().unwrap();
                let path = if plain == text { text.trim_end_matches('/') } else { plain.rsplit_once('/').unwrap().0 };
                let found = paths.iter().any(|found| found == path || found.ends_with(&format!("/{path}")));
                assert!(found, "{}: there is no `{text}`", document.name);
            }
        }
    }
}

#[test]
fn every_function_between_backquotes_is_in_the_header() {
    let header = fs::read_to_string(support::path("include/gabion.h")).unwrap();
    let functions: Vec<String> = support::header::functions(&header).into_iter().map(|function| function.name).collect();
    for document in documents() {
        for text in quoted(&document.prose).into_iter().filter(|text| text.starts_with("gabion_") && text.contains('(')) {
            let name = text.split('(').next().unwrap().to_owned();
            assert!(functions.contains(&name), "{}: the header has no `{text}`", document.name);
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for document in documents() {
        let targets = document.prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
            let name = match Path::new(&document.name).parent() {
                _ if file.is_empty() => document.name.clone(),
                folder => folder.unwrap().join(file).to_str().unwrap().to_owned(),
            };
            assert!(support::path(&name).exists(), "{}: the link {target} leads nowhere", document.name);
            if let Some(anchor) = anchor {
                let found = parse(&name).prose.lines().any(|line| line.starts_with('#') && slug(line) == anchor);
                assert!(found, "{}: no heading for the link {target}", document.name);
            }
        }
    }
}

/// The anchor that web pages give a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}
