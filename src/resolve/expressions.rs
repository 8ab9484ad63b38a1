//! Expressions: the names in them, what may be assigned, and calls whose callee is known.

use super::scopes::Resolver;
use super::suspicions;
use super::variable::{Use, VariableKind};
use crate::diagnostics::{Code, Report, nearest};
use crate::source::Span;
use crate::syntax::ast::{
    Arm, ArmKind, Call, Expr, ExprKind, Function, Ident, Limit, MapKey, StrPart, Work,
};

impl<'a> Resolver<'a> {
    pub(super) fn expression(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_) => {}
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Value { value, .. } = part {
                        self.expression(value);
                    }
                }
            }
            ExprKind::Name(name) => {
                self.look_up(name);
            }
            ExprKind::Own(name) => self.own(name),
            ExprKind::Parenthesis(inner) | ExprKind::Sleep(inner) => self.expression(inner),
            ExprKind::Unary { operand, .. } => self.expression(operand),
            ExprKind::List(items) => items.iter().for_each(|item| self.expression(item)),
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    if let MapKey::Value(key) = key {
                        self.expression(key);
                    }
                    self.expression(value);
                }
            }
            ExprKind::Binary { left, right, .. } | ExprKind::Logic { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Range { start, end, .. } => {
                self.expression(start);
                self.expression(end);
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Index { of, index } => {
                self.expression(of);
                self.expression(index);
            }
            ExprKind::Slice { of, start, end, .. } => {
                self.expression(of);
                start.iter().chain(end).for_each(|bound| self.expression(bound));
            }
            ExprKind::Field { of, name, name_span } => {
                self.expression(of);
                self.member_of_module(of, name, *name_span);
            }
            ExprKind::Lambda(function) => self.function_body(function, None),
            ExprKind::If { branches, otherwise } => {
                for (condition, block) in branches {
                    self.expression(condition);
                    self.block(block);
                }
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Try { body, handlers, finale } => {
                self.block(body);
                for handler in handlers {
                    self.open_scope(false);
                    self.declare(&handler.name, VariableKind::Catch);
                    self.body(&handler.body);
                    self.close_scope();
                }
                finale.iter().for_each(|block| self.block(block));
            }
            ExprKind::Lock { targets, limit, body } => {
                targets.iter().for_each(|target| self.expression(target));
                self.limit_head(limit);
                self.block(body);
                suspicions::waits_under_if(self.source, body, &mut self.found.suspicions);
                limit.otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Scope { limit, body } => {
                self.limit_head(limit);
                self.block(body);
                limit.otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Select(arms) => {
                // What the arms wait for is evaluated before any of them runs.
                arms.iter().for_each(|arm| self.arm_head(arm));
                arms.iter().for_each(|arm| self.arm_body(arm));
            }
            ExprKind::Spawn(spawn) => {
                for part in spawn.name.iter().chain(&spawn.pool) {
                    self.expression(part);
                }
                self.work(&spawn.work);
            }
            ExprKind::Timer { delay, work, .. } => {
                self.expression(delay);
                self.work(work);
            }
            ExprKind::Operation(operation) => {
                operation.operands.iter().for_each(|operand| self.expression(operand));
                operation.until.iter().for_each(|until| self.expression(until));
                self.limit_head(&operation.limit);
                operation.limit.otherwise.iter().for_each(|block| self.block(block));
            }
        }
    }

    fn limit_head(&mut self, limit: &'a Limit) {
        limit.within.iter().for_each(|within| self.expression(within));
    }

    fn work(&mut self, work: &'a Work) {
        match work {
            Work::Block(function) => self.function_body(function, None),
            Work::Call(call, span) => self.call(call, *span),
        }
    }

    fn arm_head(&mut self, arm: &'a Arm) {
        match &arm.on {
            ArmKind::Recv { queue: e, .. }
            | ArmKind::Wait { on: e }
            | ArmKind::Join { thread: e, .. }
            | ArmKind::After { delay: e } => self.expression(e),
            ArmKind::Send { queue, value } => {
                self.expression(queue);
                self.expression(value);
            }
            ArmKind::Else => {}
        }
    }

    fn arm_body(&mut self, arm: &'a Arm) {
        self.open_scope(false);
        if let ArmKind::Recv { name: Some(name), .. } | ArmKind::Join { name: Some(name), .. } =
            &arm.on
        {
            self.declare(name, VariableKind::As);
        }
        self.body(&arm.body);
        self.close_scope();
    }

    fn own(&mut self, name: &'a Ident) {
        if self.own_in_sight() {
            self.look_up(name);
            return;
        }
        self.report(
            Report::error(Code::Name, "`self` outside of a method")
                .at(self.source, name.span, "")
                .help("`self` is the instance in the methods of a `struct`, and in its fields' defaults"),
        );
    }

    // ---- Calls -------------------------------------------------------------------------------

    fn call(&mut self, call: &'a Call, whole: Span) {
        self.expression(&call.callee);
        call.arguments.iter().for_each(|argument| self.expression(&argument.value));
        let (name, parameters) = match &call.callee.bare().kind {
            ExprKind::Name(name) => (&*name.name, self.parameters_of(self.found.lookup(name.id))),
            ExprKind::Field { of, name, .. } => {
                let known =
                    self.own_method(of, name).or_else(|| self.exported_parameters(of, name));
                (&**name, known)
            }
            ExprKind::Lambda(function) => {
                let parameters = super::statements::parameters_of(&function.parameters);
                ("fn", Some(std::sync::Arc::new(parameters)))
            }
            _ => return,
        };
        let Some(parameters) = parameters else { return };
        if let Err(report) = parameters.bind_call(name, call, whole, self.source) {
            self.report(report);
        }
    }

    /// The parameters of `self.name`, where that is a method of the struct around.
    fn own_method(&self, of: &Expr, name: &str) -> Option<std::sync::Arc<super::Parameters>> {
        let ExprKind::Own(_) = &of.bare().kind else { return None };
        let mut methods = self.structs.last()?.methods.iter();
        let is_it = |method: &&Function| method.name.as_ref().is_some_and(|own| &*own.name == name);
        let method = methods.find(is_it)?;
        Some(std::sync::Arc::new(super::statements::parameters_of(&method.parameters)))
    }

    fn exported_parameters(
        &self,
        of: &Expr,
        name: &str,
    ) -> Option<std::sync::Arc<super::Parameters>> {
        let ExprKind::Name(alias) = &of.kind else { return None };
        let module = self.module_of(self.found.lookup(alias.id))?;
        let exports = (self.around.exports)(module);
        exports.iter().find(|export| &*export.name == name)?.parameters.clone()
    }

    /// `util.name`, where `util` is an import: the name must be one of the module's.
    fn member_of_module(&mut self, of: &'a Expr, name: &str, at: Span) {
        let ExprKind::Name(alias) = &of.kind else { return };
        let Some(module) = self.module_of(self.found.lookup(alias.id)) else { return };
        let exports = (self.around.exports)(module);
        if exports.iter().any(|export| &*export.name == name) {
            return;
        }
        let message = format!("`{}` has no name `{name}`", alias.name);
        let report = Report::error(Code::Name, message).at(self.source, at, "");
        let meant = nearest(name, exports.iter().map(|export| &*export.name));
        self.report(match meant {
            Some(meant) => report.help(format!("did you mean `{meant}`?")),
            None => report,
        });
    }

    // ---- Assignment --------------------------------------------------------------------------

    /// What is assigned: a name, an item, a field.
    pub(super) fn place(&mut self, place: &'a Expr) {
        match &place.kind {
            ExprKind::Name(name) => self.assigned(name),
            ExprKind::Field { of, name_span, .. } => {
                self.expression(of);
                if let ExprKind::Name(alias) = &of.kind
                    && self.module_of(self.found.lookup(alias.id)).is_some()
                {
                    self.report(
                        Report::error(
                            Code::Immutable,
                            "a name of another module cannot be assigned",
                        )
                        .at(self.source, *name_span, "")
                        .help("give the module a function that changes it"),
                    );
                }
            }
            _ => self.expression(place),
        }
    }

    fn assigned(&mut self, name: &'a Ident) {
        let (what, label) = match self.look_up_assigned(name) {
            Use::Unknown => return,
            Use::Variable(id) => {
                let variable = self.found.variable(id);
                if variable.kind == VariableKind::Var {
                    return;
                }
                (variable.kind.describe(), Some(self.span_of(id)))
            }
            Use::Outer(i) if self.around.outer[i as usize].mutable => return,
            Use::Outer(i) if self.around.outer[i as usize].replaceable => {
                let known = &self.around.outer[i as usize];
                (if known.parameters.is_some() { "a function" } else { "a `let`" }, None)
            }
            Use::Outer(_) => ("a built-in name", None),
        };
        let message = format!("`{}` is {what} and cannot be assigned", name.name);
        let mut report =
            Report::error(Code::Immutable, message).at(self.source, name.span, "assigned here");
        if let Some(span) = label {
            report = report.at(self.source, span, "declared here");
        }
        report = report.help(match what {
            "a `let`" => format!("declare it by `var {}` if it is to change", name.name),
            "a built-in name" => {
                format!("to have a variable of this name, declare it: `var {} = …`", name.name)
            }
            _ => "put the new value in a `var` of another name".to_owned(),
        });
        self.report(report);
    }
}
