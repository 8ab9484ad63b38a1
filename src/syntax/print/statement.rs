//! Statements as text.

use super::text::Printer;
use crate::syntax::ast::{Function, Ident, Parameter, Stmt, StmtKind, Struct, Target};

impl Printer {
    pub(super) fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Let { mutable, target, value } => {
                self.put(if *mutable { "var " } else { "let " });
                match target {
                    Target::Name(name) => self.put(&name.name),
                    Target::List(names, _) => self.names(names),
                }
                self.put(" = ");
                self.expression(value);
            }
            StmtKind::Fn(function) => self.function(function),
            StmtKind::Struct(structure) => self.structure(structure),
            StmtKind::Import { path, alias, .. } => {
                self.put("import ");
                self.quoted(path);
                self.put(" as ");
                self.put(&alias.name);
            }
            StmtKind::While { condition, body } => {
                self.put("while ");
                self.expression(condition);
                self.put(" ");
                self.block(body);
            }
            StmtKind::Loop { body } => {
                self.put("loop ");
                self.block(body);
            }
            StmtKind::For { first, second, over, body } => {
                self.put("for ");
                self.row([first].into_iter().chain(second), ", ", |this, name| {
                    this.put(&name.name)
                });
                self.put(" in ");
                self.expression(over);
                self.put(" ");
                self.block(body);
            }
            StmtKind::Break => self.put("break"),
            StmtKind::Continue => self.put("continue"),
            StmtKind::Return(None) => self.put("return"),
            StmtKind::Return(Some(value)) => {
                self.put("return ");
                self.expression(value);
            }
            StmtKind::Raise(value) => {
                self.put("raise ");
                self.expression(value);
            }
            StmtKind::Assert { condition, message } => {
                self.put("assert ");
                self.row([condition].into_iter().chain(message), ", ", Printer::expression);
            }
            StmtKind::Assign { place, operator, value } => {
                self.expression(place);
                self.put(" ");
                self.put(operator.map_or("", |operator| operator.text()));
                self.put("= ");
                self.expression(value);
            }
            StmtKind::Swap { places, value } => {
                self.put("[");
                self.row(places, ", ", Printer::expression);
                self.put("] = ");
                self.expression(value);
            }
            StmtKind::Expr(expr) => self.expression(expr),
        }
    }

    fn names(&mut self, names: &[Ident]) {
        self.put("[");
        self.row(names, ", ", |this, name| this.put(&name.name));
        self.put("]");
    }

    /// A function, a method, or a lambda.
    pub(super) fn function(&mut self, function: &Function) {
        self.put("fn");
        if let Some(name) = &function.name {
            self.put(" ");
            self.put(&name.name);
        }
        self.put("(");
        self.row(&function.parameters, ", ", |this, parameter: &Parameter| {
            this.put(&parameter.name.name);
            if let Some(default) = &parameter.default {
                this.put(" = ");
                this.expression(default);
            }
        });
        self.put(") ");
        self.block(&function.body);
    }

    fn structure(&mut self, structure: &Struct) {
        self.put("struct ");
        self.put(&structure.name.name);
        self.put(" ");
        // The grammar lets them stand mixed; the tree holds the fields apart.
        let fields = structure.fields.iter().map(|field| (Some(field), None));
        let methods = structure.methods.iter().map(|method| (None, Some(method)));
        let members: Vec<_> = fields.chain(methods).collect();
        self.braced(&members, |this, (field, method)| {
            if let Some(field) = field {
                this.put(&field.name.name);
                if let Some(default) = &field.default {
                    this.put(" = ");
                    this.expression(default);
                } else {
                    // A line that ends with a field called `and` or `in` would go on.
                    this.put(",");
                }
            }
            if let Some(method) = method {
                this.function(method);
            }
        });
    }
}
