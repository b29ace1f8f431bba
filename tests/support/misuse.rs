//! Writes, from the header, a C program that calls every function with every kind of bad argument: NULL, a freed handle, a handle of
//! each other kind, impossible lengths. All other arguments are good, so that nothing else can be the reason for the refusal.

use std::fmt::Write;

use super::header::{self, Function, Parameter};

const PROLOGUE: &str = r#"#include "support/world.h"

static struct world good, freed;
static char space[16];
static size_t calls;

// Results must not be touched; this is what they hold.
#define UNTOUCHED 0x5A

static void refused(gabion_code code, gabion_error *failure, const char *argument, const char *call) {
    calls++;
    if (code != GABION_CODE_INVALID_ARGUMENT || gabion_error_code(failure) != code
        || !has(gabion_error_message(failure), argument)) {
        error = failure;
        check_failed(call, 0, argument);
    }
    gabion_error_free(failure);
}

static void all_are(int expected, const void *result, size_t size, const char *call) {
    calls++;
    for (size_t at = 0; at < size; at++) {
        if (((const unsigned char *)result)[at] != expected) {
            check_failed(call, 0, expected == UNTOUCHED ? "outputs stay as they were" : "the result is neutral");
        }
    }
}
"#;

/// The program, and how many functions it calls.
pub fn program() -> (String, usize) {
    let header = header::text();
    let kinds = header::handles(&header);
    let functions = header::functions(&header);
    let mut code = PROLOGUE.to_owned();
    for function in &functions {
        let cases: Vec<String> = (0..function.parameters.len())
            .flat_map(|bad| {
                bad_values(function, &function.parameters[bad], &kinds).into_iter().map(move |value| (bad, value))
            })
            .map(|(bad, value)| call(function, &kinds, bad, &value))
            .collect();
        if !cases.is_empty() {
            writeln!(code, "\nstatic void misuse_{}(void) {{\n{}}}", function.name, cases.concat()).unwrap();
        }
    }
    let misused = functions.iter().filter(|function| code.contains(&format!(" misuse_{}(void)", function.name)));
    let steps: Vec<String> = misused.map(|function| format!("    misuse_{}();\n", function.name)).collect();
    let alive: String = kinds
        .iter()
        .map(|kind| format!("    OK(gabion_live_handles(text(\"{kind}\"), &count, &error));\n    CHECK(count == 1);\n"))
        .collect();
    writeln!(
        code,
        "\nint main(void) {{\n    int64_t count = 0;\n    freed = open_world();\n    free_world(&freed);\n    good = open_world();\n{}\n    \
         // No handle was freed or lost on the way.\n{alive}    free_world(&good);\n    printf(\"%zu calls\\n\", calls);\n    return 0;\n}}",
        steps.concat()
    )
    .unwrap();
    (code, steps.len())
}

/// The noun of a handle's parameter, like `view` for `const gabion_view *`.
fn handle<'a>(parameter: &'a Parameter, kinds: &[String]) -> Option<&'a str> {
    let noun = parameter.c_type.trim_start_matches("const ").strip_prefix("gabion_")?.strip_suffix(" *")?;
    kinds.iter().any(|kind| kind == noun).then_some(noun)
}

/// C expressions that the function must refuse for this parameter.
fn bad_values(function: &Function, parameter: &Parameter, kinds: &[String]) -> Vec<String> {
    let c_type = &parameter.c_type;
    let mut values = Vec::new();
    if c_type.ends_with('*') && !function.may_be_null(parameter) {
        values.push("NULL".to_owned());
    }
    if let Some(noun) = handle(parameter, kinds) {
        values.push(format!("freed.{noun}"));
        let others = kinds.iter().filter(|kind| *kind != noun);
        values.extend(others.map(|other| format!("({c_type})(void *)good.{other}")));
    }
    match c_type.as_str() {
        "gabion_bytes" => {
            values.extend(["(gabion_bytes){NULL, 5}".to_owned(), "(gabion_bytes){space, SIZE_MAX}".to_owned()])
        }
        "const gabion_bytes *" => values.push("&(gabion_bytes){NULL, 5}".to_owned()),
        _ => {}
    }
    values
}

/// A good value for a parameter that is not an output.
fn good_value(parameter: &Parameter, kinds: &[String]) -> String {
    if let Some(noun) = handle(parameter, kinds) {
        return format!("good.{noun}");
    }
    match (parameter.c_type.as_str(), parameter.name.as_str()) {
        ("gabion_bytes", _) => "text(\"key\")",
        ("const gabion_bytes *" | "gabion_bytes *", _) => "&(gabion_bytes){\"key\", 3}",
        ("const char *", _) => "\"key\"",
        ("void *", _) => "space",
        (_, "capacity") => "sizeof space",
        (_, "count" | "kind") => "1",
        ("bool", _) => "false",
        _ => "0",
    }
    .to_owned()
}

/// One call in a block of its own; for a function with an error also one that doesn't ask for it.
fn call(function: &Function, kinds: &[String], bad: usize, value: &str) -> String {
    let outputs: Vec<&Parameter> = function
        .parameters
        .iter()
        .filter(|parameter| parameter.name.starts_with("out_") && parameter.name != "out_error")
        .collect();
    let arguments = |failure: &str| {
        let values = function.parameters.iter().enumerate().map(|(index, parameter)| match parameter.name.as_str() {
            _ if index == bad => value.to_owned(),
            "out_error" => failure.to_owned(),
            name if name.starts_with("out_") => format!("&{name}"),
            _ => good_value(parameter, kinds),
        });
        format!("{}({})", function.name, values.collect::<Vec<_>>().join(", "))
    };
    let label = format!("{} with {} = {value}", function.name, function.parameters[bad].name).replace('"', "'");
    let mut code = "    {\n".to_owned();
    for output in &outputs {
        let c_type = output.c_type.strip_suffix('*').unwrap().trim_end();
        writeln!(code, "        {c_type} {0};\n        memset(&{0}, UNTOUCHED, sizeof {0});", output.name).unwrap();
    }
    if function.has_error() {
        writeln!(code, "        gabion_error *failure = NULL;\n        gabion_code code = {};", arguments("&failure"))
            .unwrap();
        writeln!(code, "        refused(code, failure, \"`{}\", \"{label}\");", function.parameters[bad].name).unwrap();
        writeln!(code, "        CHECK({} == GABION_CODE_INVALID_ARGUMENT);", arguments("NULL")).unwrap();
    } else if function.result == "void" {
        writeln!(code, "        {};\n        calls++;", arguments("NULL")).unwrap();
    } else if function.result == "gabion_bytes" {
        writeln!(
            code,
            "        size_t len = {}.len;\n        all_are(0, &len, sizeof len, \"{label}\");",
            arguments("NULL")
        )
        .unwrap();
    } else {
        writeln!(code, "        {} result = {};", function.result, arguments("NULL")).unwrap();
        writeln!(code, "        all_are(0, &result, sizeof result, \"{label}\");").unwrap();
    }
    for (index, output) in outputs.iter().enumerate() {
        if function.parameters[bad].name != output.name || index > 0 {
            writeln!(code, "        all_are(UNTOUCHED, &{0}, sizeof {0}, \"{label}\");", output.name).unwrap();
        }
    }
    code.push_str("    }\n");
    code
}
