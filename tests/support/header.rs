//! `include/gabion.h`, read back: its handle types and functions.

use std::fs;

use super::path;

/// One parameter, like `const gabion_view *` and `view`.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    pub c_type: String,
    pub name: String,
}

/// One function and its comment.
#[derive(Debug)]
pub struct Function {
    pub comment: String,
    pub result: String,
    pub name: String,
    pub parameters: Vec<Parameter>,
}

impl Function {
    /// Whether the comment allows NULL for this parameter.
    pub fn may_be_null(&self, parameter: &Parameter) -> bool {
        parameter.name == "out_error" || self.comment.contains(&format!("`{}` may be NULL", parameter.name))
    }

    /// Whether it can say what is wrong; other functions answer with a neutral value.
    pub fn has_error(&self) -> bool {
        self.parameters.last().is_some_and(|last| last.name == "out_error")
    }
}

pub fn text() -> String {
    fs::read_to_string(path("include/gabion.h")).unwrap()
}

/// The nouns of the handle types.
pub fn handles(header: &str) -> Vec<String> {
    header
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct gabion_")?.split(' ').next())
        .map(str::to_owned)
        .collect()
}

pub fn functions(header: &str) -> Vec<Function> {
    let (_, declarations) = header.split_once("extern \"C\" {").expect("the header has an extern \"C\" block");
    let mut functions = Vec::new();
    let (mut comment, mut code) = (String::new(), String::new());
    for line in declarations.lines().filter(|line| !line.starts_with('#')) {
        if let Some(words) = line.strip_prefix("//") {
            comment.push_str(words);
            continue;
        }
        code.push_str(line.trim());
        code.push(' ');
        if line.ends_with(';') {
            functions.push(function(std::mem::take(&mut comment), std::mem::take(&mut code).trim()));
        }
    }
    functions
}

fn function(comment: String, declaration: &str) -> Function {
    let (head, tail) = declaration.split_once('(').unwrap();
    let (result, name) = typed(head);
    let parameters = tail.strip_suffix(");").unwrap().split(',').map(str::trim).filter(|text| *text != "void");
    let parameters = parameters.map(typed).map(|(c_type, name)| Parameter { c_type, name }).collect();
    Function { comment, result, name, parameters }
}

/// Splits `const char *text` into its type and its name.
fn typed(declaration: &str) -> (String, String) {
    let start = declaration.rfind([' ', '*']).unwrap() + 1;
    let (c_type, name) = declaration.split_at(start);
    (c_type.trim().to_owned(), name.to_owned())
}
