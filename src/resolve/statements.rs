//! Statements: what they declare, and where `break`, `continue`, `return` and `import` may stand.

use super::scopes::Resolver;
use super::suspicions;
use super::variable::{Use, VariableKind};
use super::{ParameterInfo, Parameters};
use crate::diagnostics::{Code, Report};
use crate::source::Span;
use crate::syntax::ast::{
    Block, Expr, ExprKind, Function, Ident, Parameter, Stmt, StmtKind, Struct, Target,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The parameters of a function as its callers see them.
pub fn parameters_of(parameters: &[Parameter]) -> Parameters {
    let list = parameters.iter().map(|parameter| ParameterInfo {
        name: Cow::Owned(parameter.name.name.to_string()),
        required: parameter.default.is_none(),
    });
    Parameters { list: list.collect(), ..Parameters::default() }
}

/// The parameters of a struct's constructor: its fields.
pub fn fields_of(structure: &Struct) -> Parameters {
    let list = structure.fields.iter().map(|field| ParameterInfo {
        name: Cow::Owned(field.name.name.to_string()),
        required: field.default.is_none(),
    });
    Parameters { list: list.collect(), ..Parameters::default() }
}

impl<'a> Resolver<'a> {
    pub(super) fn block(&mut self, block: &'a Block) {
        self.open_scope(false);
        self.body(block);
        self.close_scope();
    }

    /// The statements of a block whose scope is open: a function's, a loop's, a handler's.
    pub(super) fn body(&mut self, block: &'a Block) {
        self.announce(&block.statements);
        self.statements(&block.statements);
    }

    pub(super) fn statements(&mut self, statements: &'a [Stmt]) {
        // The last one's value is the block's.
        let used =
            if self.is_top() { statements.len() } else { statements.len().saturating_sub(1) };
        for (i, statement) in statements.iter().enumerate() {
            self.statement(statement);
            if i < used
                && let StmtKind::Expr(expr) = &statement.kind
            {
                let suspicion = suspicions::operand_of_thrown_away(self.source, expr);
                self.found.suspicions.extend(suspicion);
            }
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match &statement.kind {
            StmtKind::Let { target, value, .. } => self.declaration(target, value),
            StmtKind::Fn(function) => {
                if let Some(name) = &function.name {
                    self.appear(name);
                    self.own_name(function, name);
                }
                self.function_body(function, None);
            }
            StmtKind::Struct(structure) => self.structure(structure),
            StmtKind::Import { alias, .. } => self.import(alias, statement.span),
            StmtKind::While { condition, body } => {
                self.expression(condition);
                self.in_loop(|this| this.block(body));
            }
            StmtKind::Loop { body } => self.in_loop(|this| this.block(body)),
            StmtKind::For { first, second, over, body } => {
                self.expression(over);
                self.in_loop(|this| {
                    this.open_scope(false);
                    this.declare(first, VariableKind::For);
                    if let Some(second) = second {
                        this.declare(second, VariableKind::For);
                    }
                    this.body(body);
                    this.close_scope();
                });
            }
            StmtKind::Break => self.check_loop("break", statement.span),
            StmtKind::Continue => self.check_loop("continue", statement.span),
            StmtKind::Return(value) => {
                if !self.in_function() {
                    self.report(
                        Report::error(Code::Jump, "`return` outside of a function")
                            .at(self.source, statement.span, "")
                            .help("`exit()` ends the program"),
                    );
                }
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            StmtKind::Raise(value) | StmtKind::Expr(value) => self.expression(value),
            StmtKind::Assert { condition, message } => {
                self.expression(condition);
                if let Some(message) = message {
                    self.expression(message);
                }
            }
            StmtKind::Assign { place, value, .. } => {
                self.place(place);
                self.expression(value);
            }
            StmtKind::Swap { places, value } => {
                for place in places {
                    self.place(place);
                }
                self.expression(value);
            }
        }
    }

    fn declaration(&mut self, target: &'a Target, value: &'a Expr) {
        let names = match target {
            Target::Name(name) => std::slice::from_ref(name),
            Target::List(names, _) => names,
        };
        self.hide(names);
        self.expression(value);
        self.unhide();
        for name in names {
            self.appear(name);
        }
        // A `let` of a lambda is called with its parameters known.
        if let (Target::Name(name), ExprKind::Lambda(function)) = (target, &value.bare().kind)
            && let Use::Variable(id) = self.found.lookup(name.id)
        {
            let variable = &mut self.found.variables[id.0 as usize];
            if !variable.is_var() {
                variable.parameters = Some(Arc::new(parameters_of(&function.parameters)));
            }
        }
    }

    fn in_loop(&mut self, body: impl FnOnce(&mut Self)) {
        if let Some(loops) = self.loops.last_mut() {
            *loops += 1;
        }
        body(self);
        if let Some(loops) = self.loops.last_mut() {
            *loops -= 1;
        }
    }

    fn check_loop(&mut self, word: &str, at: Span) {
        if self.loops.last().is_some_and(|loops| *loops > 0) {
            return;
        }
        let outside = self.loops.iter().any(|loops| *loops > 0);
        let report = Report::error(Code::Jump, format!("`{word}` outside of a loop")).at(
            self.source,
            at,
            "",
        );
        self.report(if outside {
            report.help("a function, and a block that another thread runs, is left by `return`")
        } else {
            report
        });
    }

    /// In the body of a local function, its own name is the function itself.
    fn own_name(&mut self, function: &Function, name: &Ident) {
        if let Use::Variable(id) = self.found.lookup(name.id)
            && !self.found.variable(id).top
        {
            self.found.functions[function.id as usize].own_name = Some(id);
        }
    }

    /// A function's parameters and body; `own` is the struct that it is a method of.
    pub(super) fn function_body(&mut self, function: &'a Function, own: Option<&'a Struct>) {
        self.enter_function(function.id);
        if let Some(structure) = own {
            self.own_struct(function.id, structure);
        }
        for parameter in &function.parameters {
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
            self.declare(&parameter.name, VariableKind::Parameter);
        }
        self.body(&function.body);
        self.leave_function();
    }

    /// `self` comes in sight, and the struct's own name is the type of `self`.
    fn own_struct(&mut self, function: u32, structure: &'a Struct) {
        let own = self.declare_own(structure.name.span);
        let info = &mut self.found.functions[function as usize];
        info.own = Some(own);
        if let Use::Variable(id) = self.found.lookup(structure.name.id)
            && !self.found.variable(id).top
        {
            self.found.functions[function as usize].own_struct = Some(id);
        }
    }

    fn structure(&mut self, structure: &'a Struct) {
        self.appear(&structure.name);
        let mut members: HashMap<&str, (Span, &str)> = HashMap::new();
        let fields = structure.fields.iter().map(|field| (&field.name, "field"));
        let methods =
            structure.methods.iter().filter_map(|m| m.name.as_ref()).map(|name| (name, "method"));
        for (name, what) in fields.chain(methods) {
            if let Some((span, before)) = members.insert(&name.name, (name.span, what)) {
                let message = if what == before {
                    format!("`{}` has two {what}s `{}`", structure.name.name, name.name)
                } else {
                    format!("`{}` has a field and a method `{}`", structure.name.name, name.name)
                };
                self.report(
                    Report::error(Code::Redeclared, message)
                        .at(self.source, name.span, "declared again")
                        .at(self.source, span, "declared first"),
                );
            }
        }
        self.enter_function(structure.maker);
        self.own_struct(structure.maker, structure);
        for field in &structure.fields {
            if let Some(default) = &field.default {
                self.expression(default);
            }
        }
        self.leave_function();
        self.structs.push(structure);
        for method in &structure.methods {
            self.function_body(method, Some(structure));
        }
        self.structs.pop();
    }

    fn import(&mut self, alias: &'a Ident, at: Span) {
        self.appear(alias);
        if !self.at_top() {
            self.report(
                Report::error(Code::Import, "an `import` inside of a block")
                    .at(self.source, at, "")
                    .help("imports stand at the top level of a script"),
            );
            return;
        }
        let module = self.around.imports.get(self.imports_seen).copied().flatten();
        self.imports_seen += 1;
        if let Use::Variable(id) = self.found.lookup(alias.id) {
            self.found.variables[id.0 as usize].module = module;
        }
    }
}
