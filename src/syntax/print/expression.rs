//! Expressions as text. Parentheses are in the tree, so nothing is to be known of what binds tighter.

use super::text::Printer;
use crate::syntax::ast::{
    Arm, ArmKind, Block, Call, Expr, ExprKind, Handler, Limit, MapKey, Operation, OperationKind,
    Spawn, StrPart, Work,
};

impl Printer {
    pub(super) fn expression(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Nil => self.put("nil"),
            ExprKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            ExprKind::Int(number) => self.put(&number.to_string()),
            ExprKind::Float(number) => self.put(&format!("{number:?}")),
            ExprKind::Duration(nanoseconds) => self.put(&format!("{nanoseconds}ns")),
            ExprKind::Str(parts) => self.string(parts),
            ExprKind::Name(name) | ExprKind::Own(name) => self.put(&name.name),
            ExprKind::Parenthesis(inner) => {
                self.put("(");
                self.expression(inner);
                self.put(")");
            }
            ExprKind::List(items) => {
                self.put("[");
                self.row(items, ", ", Printer::expression);
                self.put("]");
            }
            ExprKind::Map(entries) => {
                self.put("{");
                self.row(entries, ", ", |this, (key, value)| {
                    this.key(key);
                    this.put(": ");
                    this.expression(value);
                });
                self.put("}");
            }
            ExprKind::Unary { operator, operand } => {
                self.put(operator.text());
                self.expression(operand);
            }
            ExprKind::Binary { operator, left, right } => {
                self.between(left, operator.text(), right)
            }
            ExprKind::Logic { and, left, right } => {
                self.between(left, if *and { "and" } else { "or" }, right)
            }
            ExprKind::Range { start, end, inclusive } => {
                self.expression(start);
                self.put(if *inclusive { "..=" } else { ".." });
                self.expression(end);
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Index { of, index } => {
                self.expression(of);
                self.put("[");
                self.expression(index);
                self.put("]");
            }
            ExprKind::Slice { of, start, end, inclusive } => {
                self.expression(of);
                self.put("[");
                start.iter().for_each(|start| self.expression(start));
                self.put(if *inclusive { "..=" } else { ".." });
                end.iter().for_each(|end| self.expression(end));
                self.put("]");
            }
            ExprKind::Field { of, name, .. } => {
                self.expression(of);
                // A number would take the point for its own.
                let is_number = matches!(
                    of.kind,
                    ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Duration(_)
                );
                self.put(if is_number { " ." } else { "." });
                self.put(name);
            }
            ExprKind::Lambda(function) => self.function(function),
            ExprKind::If { branches, otherwise } => {
                self.row(branches, " else ", |this, (condition, block)| {
                    this.put("if ");
                    this.expression(condition);
                    this.put(" ");
                    this.block(block);
                });
                self.otherwise(otherwise.as_ref());
            }
            ExprKind::Try { body, handlers, finale } => {
                self.put("try ");
                self.block(body);
                handlers.iter().for_each(|handler| self.handler(handler));
                if let Some(finale) = finale {
                    self.put(" finally ");
                    self.block(finale);
                }
            }
            ExprKind::Lock { targets, limit, body } => {
                self.put("lock ");
                self.row(targets, ", ", Printer::expression);
                self.within(limit);
                self.put(" ");
                self.block(body);
                self.otherwise(limit.otherwise.as_ref());
            }
            ExprKind::Scope { limit, body } => {
                self.put("scope");
                self.within(limit);
                self.put(" ");
                self.block(body);
                self.otherwise(limit.otherwise.as_ref());
            }
            ExprKind::Select(arms) => {
                self.put("select ");
                self.braced(arms, Printer::arm);
            }
            ExprKind::Spawn(spawn) => self.spawn(spawn),
            ExprKind::Timer { every, delay, work } => {
                self.put(if *every { "timer every " } else { "timer " });
                self.expression(delay);
                self.put(" ");
                self.work(work);
            }
            ExprKind::Sleep(delay) => {
                self.put("sleep ");
                self.expression(delay);
            }
            ExprKind::Operation(operation) => self.operation(operation),
        }
    }

    fn between(&mut self, left: &Expr, operator: &str, right: &Expr) {
        self.expression(left);
        self.put(" ");
        self.put(operator);
        self.put(" ");
        self.expression(right);
    }

    fn otherwise(&mut self, block: Option<&Block>) {
        if let Some(block) = block {
            self.put(" else ");
            self.block(block);
        }
    }

    fn within(&mut self, limit: &Limit) {
        if let Some(within) = &limit.within {
            self.put(" within ");
            self.expression(within);
        }
    }

    // ---- Strings and maps --------------------------------------------------------------------

    fn string(&mut self, parts: &[StrPart]) {
        self.put("\"");
        for part in parts {
            match part {
                StrPart::Text(text) => self.escaped(text),
                StrPart::Value { value, spec } => {
                    self.put("{");
                    self.interpolated(|this| this.expression(value));
                    if let Some(spec) = spec {
                        self.put(":");
                        self.put(&spec.to_string());
                    }
                    self.put("}");
                }
            }
        }
        self.put("\"");
    }

    /// A string without interpolations, as an `import` takes it.
    pub(super) fn quoted(&mut self, text: &str) {
        self.put("\"");
        self.escaped(text);
        self.put("\"");
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.put("\\\""),
                '\\' => self.put("\\\\"),
                '\n' => self.put("\\n"),
                '\t' => self.put("\\t"),
                '\r' => self.put("\\r"),
                '\0' => self.put("\\0"),
                '{' => self.put("{{"),
                '}' => self.put("}}"),
                c if c.is_control() => self.put(&format!("\\u{{{:X}}}", u32::from(c))),
                c => self.put(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn key(&mut self, key: &MapKey) {
        match key {
            MapKey::Word(word, _) => self.put(word),
            MapKey::Value(value) if matches!(value.kind, ExprKind::Str(_)) => {
                self.expression(value);
            }
            MapKey::Value(value) => {
                self.put("[");
                self.expression(value);
                self.put("]");
            }
        }
    }

    // ---- Calls, threads, operations ----------------------------------------------------------

    fn call(&mut self, call: &Call) {
        self.expression(&call.callee);
        self.put("(");
        self.row(&call.arguments, ", ", |this, argument| {
            if let Some((name, _)) = &argument.name {
                this.put(name);
                this.put(": ");
            }
            this.expression(&argument.value);
        });
        self.put(")");
    }

    fn handler(&mut self, handler: &Handler) {
        self.put(" catch ");
        self.put(&handler.name.name);
        if !handler.kinds.is_empty() {
            self.put(": ");
            self.row(&handler.kinds, " | ", |this, (kind, _)| this.put(kind));
        }
        self.put(" ");
        self.block(&handler.body);
    }

    fn spawn(&mut self, spawn: &Spawn) {
        self.put("spawn ");
        if spawn.daemon {
            self.put("daemon ");
        }
        if let Some(name) = &spawn.name {
            self.expression(name);
            self.put(" ");
        }
        if let Some(pool) = &spawn.pool {
            self.put("on ");
            self.expression(pool);
            self.put(" ");
        }
        self.work(&spawn.work);
    }

    fn work(&mut self, work: &Work) {
        match work {
            Work::Block(function) => self.block(&function.body),
            Work::Call(call, _) => self.call(call),
        }
    }

    fn operation(&mut self, operation: &Operation) {
        self.put(operation.operator.word());
        self.put(" ");
        self.row(&operation.operands, ", ", Printer::expression);
        if let Some(until) = &operation.until {
            self.put(" until ");
            self.expression(until);
        }
        self.within(&operation.limit);
        self.otherwise(operation.limit.otherwise.as_ref());
    }

    fn arm(&mut self, arm: &Arm) {
        let mut named = |word: OperationKind, of: &Expr, name: Option<&str>| {
            self.put(word.word());
            self.put(" ");
            self.expression(of);
            if let Some(name) = name {
                self.put(" as ");
                self.put(name);
            }
        };
        match &arm.on {
            ArmKind::Recv { queue, name } => {
                named(OperationKind::Recv, queue, name.as_ref().map(|name| &*name.name));
            }
            ArmKind::Join { thread, name } => {
                named(OperationKind::Join, thread, name.as_ref().map(|name| &*name.name));
            }
            ArmKind::Wait { on } => named(OperationKind::Wait, on, None),
            ArmKind::Send { queue, value } => {
                named(OperationKind::Send, queue, None);
                self.put(", ");
                self.expression(value);
            }
            ArmKind::After { delay } => {
                self.put("after ");
                self.expression(delay);
            }
            ArmKind::Else => self.put("else"),
        }
        self.put(" ");
        self.block(&arm.body);
    }
}
