//! The tree becomes bytecode, a file a construct.
//!
//! Registers follow the blocks: a function's parameters come first, then what it captures and borrows,
//! then its variables and what lies on the way to a value. Each expression is told where its value is
//! wanted. Statements about threads are lowered here to several requests, each a guarded action on one
//! object, with the cleanup that an error or a jump out of them needs.

mod assertions;
mod calls;
mod conditions;
mod expressions;
mod function;
mod fuse;
mod jumps;
mod operations;
mod places;
mod protect;
mod select;
mod statements;
mod still;
mod structs;
mod threads;

use crate::bytecode::{Function, FunctionRef, StructCode, Unit};
use crate::diagnostics::{Code, Report};
use crate::resolve::{Known, Parameters, Resolution, Surroundings, VariableId};
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Script};
use function::Builder;
use std::collections::HashMap;
use std::sync::Arc;

/// What a script is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be run.
    Main,
    /// To be imported: all its names are offered to others.
    Module,
    /// To be run at a prompt: all its names are offered to the entries that follow, functions may be
    /// declared anew, and the value of its last statement is its result.
    Prompt,
}

/// What a compiled script becomes, and what it offers.
pub struct Compiled {
    /// The code.
    pub unit: Unit,
    /// The names it offers to others.
    pub exports: Vec<Known>,
    /// How many globals the program has now.
    pub globals: u32,
}

/// Compiles a script whose names are resolved. `unit` is the number it will have in the program, and
/// `globals` the number of globals that the program has so far.
///
/// # Errors
///
/// Reports, if it is too large for the machine.
pub fn compile<'a>(
    source: &'a Arc<Source>,
    script: &'a Script,
    resolution: &'a Resolution,
    around: &'a Surroundings<'a>,
    purpose: Purpose,
    unit: u32,
    globals: u32,
) -> Result<Compiled, Vec<Report>> {
    let mut compiler = Compiler {
        source,
        resolution,
        around,
        purpose,
        unit,
        globals,
        own_globals: HashMap::new(),
        global_names: Vec::new(),
        functions: vec![None; script.functions as usize],
        structs: Vec::new(),
        known_functions: HashMap::new(),
        known_structs: HashMap::new(),
        own_structs: HashMap::new(),
        kept: assertions::Kept::new(),
        reports: Vec::new(),
    };
    compiler.script(script);
    if !compiler.reports.is_empty() {
        return Err(compiler.reports);
    }
    let exports = compiler.exports();
    let globals = compiler.globals;
    let unit = Unit {
        source: source.clone(),
        number: unit,
        functions: compiler
            .functions
            .into_iter()
            .map(|f| f.unwrap_or_else(empty_function))
            .collect(),
        structs: compiler.structs.into_iter().flatten().collect(),
        globals: compiler.global_names,
    };
    Ok(Compiled { unit, exports, globals })
}

/// What stands for a number that no function got.
fn empty_function() -> Function {
    Function {
        name: "".into(),
        owner: None,
        parameters: Parameters::default(),
        arguments: 0,
        borrowed: 0,
        registers: 0,
        captures: Vec::new(),
        code: vec![crate::bytecode::Instruction::new(crate::bytecode::Op::ReturnNil, 0, 0, 0)],
        constants: Vec::new(),
        callees: Vec::new(),
        sites: Vec::new(),
        handlers: Vec::new(),
        spans: Vec::new(),
        span: Span::default(),
    }
}

/// Compiles the functions of one script.
struct Compiler<'a> {
    source: &'a Arc<Source>,
    resolution: &'a Resolution,
    around: &'a Surroundings<'a>,
    purpose: Purpose,
    unit: u32,
    globals: u32,
    /// The top-level variables that are globals, by their numbers in the program.
    own_globals: HashMap<VariableId, u32>,
    global_names: Vec<(Box<str>, u32)>,
    functions: Vec<Option<Function>>,
    structs: Vec<Option<StructCode>>,
    /// Top-level functions and structs: constants.
    known_functions: HashMap<VariableId, FunctionRef>,
    known_structs: HashMap<VariableId, FunctionRef>,
    /// For each `self`, the struct it is an instance of.
    own_structs: HashMap<VariableId, &'a ast::Struct>,
    /// Of the condition of an assertion, what is kept.
    kept: assertions::Kept,
    reports: Vec<Report>,
}

impl<'a> Compiler<'a> {
    fn script(&mut self, script: &'a Script) {
        self.declare_top(script);
        let mut builder = Builder::new(0, "main", script.body.span);
        self.borrow_registers(&mut builder, 0);
        self.hoist_prompt_functions(&mut builder, script);
        let result = self.purpose == Purpose::Prompt;
        self.function_body(&mut builder, &script.body, result);
        self.finish(builder, None, Parameters::default());
    }

    /// Compiles a function of the tree.
    fn function(&mut self, function: &'a ast::Function, owner: Option<&'a ast::Struct>) {
        let name = function.name.as_ref().map_or("fn", |name| &*name.name);
        let mut builder = Builder::new(function.id, name, function.span);
        if let Some(owner) = owner {
            self.own_register(&mut builder, owner);
        }
        for parameter in &function.parameters {
            self.parameter(&mut builder, &parameter.name);
        }
        self.borrow_registers(&mut builder, function.id);
        for parameter in &function.parameters {
            if let Some(default) = &parameter.default {
                self.default_value(&mut builder, &parameter.name, default);
            }
        }
        self.function_body(&mut builder, &function.body, true);
        let parameters = crate::resolve::parameters_of(&function.parameters);
        self.finish(builder, owner.map(|owner| &*owner.name.name), parameters);
    }

    fn finish(&mut self, builder: Builder<'a>, owner: Option<&str>, parameters: Parameters) {
        if let Some(span) = builder.too_large {
            self.reports.push(
                Report::error(Code::TooLarge, "this function is too large for the machine")
                    .at(self.source, span, "here it grew too large")
                    .help("break it up into several"),
            );
        }
        let id = builder.id as usize;
        self.functions[id] = Some(builder.finish(owner, parameters));
    }
}
