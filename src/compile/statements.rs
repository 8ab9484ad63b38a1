//! Blocks and statements.

use super::function::{Builder, Loop, Register};
use super::jumps::Exit;
use super::places::Place;
use super::{Compiler, Purpose};
use crate::bytecode::{Constant, Construct, FunctionRef, ITERATE_STILL, Op};
use crate::syntax::ast::{
    BinaryOp, Block, Expr, ExprKind, Function, Ident, Script, Stmt, StmtKind, Target,
};

impl<'a> Compiler<'a> {
    /// The statements of a function, and its return; with `result`, it gives the value of the last one.
    pub(super) fn function_body(
        &mut self,
        builder: &mut Builder<'a>,
        body: &'a Block,
        result: bool,
    ) {
        let Some((last, before)) = body.statements.split_last() else {
            builder.emit(Op::ReturnNil, 0, 0, 0);
            return;
        };
        self.statements(builder, before);
        match &last.kind {
            StmtKind::Expr(value) if result => {
                let mark = builder.mark();
                let register = self.operand(builder, value);
                builder.emit_return(register);
                builder.free(mark);
            }
            _ => {
                self.statement(builder, last);
                builder.emit(Op::ReturnNil, 0, 0, 0);
            }
        }
    }

    /// At a prompt, functions are globals; they are set before anything else runs.
    pub(super) fn hoist_prompt_functions(&mut self, builder: &mut Builder<'a>, script: &'a Script) {
        if self.purpose != Purpose::Prompt {
            return;
        }
        for statement in &script.body.statements {
            if let StmtKind::Fn(function) = &statement.kind {
                self.local_function(builder, function);
            }
        }
    }

    pub(super) fn statements(&mut self, builder: &mut Builder<'a>, statements: &'a [Stmt]) {
        for statement in statements {
            self.statement(builder, statement);
        }
    }

    /// A block for its effect.
    pub(super) fn block(&mut self, builder: &mut Builder<'a>, block: &'a Block) {
        let mark = builder.mark();
        self.statements(builder, &block.statements);
        builder.free(mark);
    }

    /// A block for its value: that of its last statement, if it is an expression.
    pub(super) fn block_value(
        &mut self,
        builder: &mut Builder<'a>,
        block: &'a Block,
        to: Register,
    ) {
        let mark = builder.mark();
        match block.statements.split_last() {
            Some((Stmt { kind: StmtKind::Expr(value), .. }, before)) => {
                self.statements(builder, before);
                self.value(builder, value, to);
            }
            _ => {
                self.statements(builder, &block.statements);
                builder.emit(Op::LoadNil, to, 0, 0);
            }
        }
        builder.free(mark);
    }

    /// A block for its value, or for its effect only.
    pub(super) fn block_into(
        &mut self,
        builder: &mut Builder<'a>,
        block: &'a Block,
        to: Option<Register>,
    ) {
        match to {
            Some(to) => self.block_value(builder, block, to),
            None => self.block(builder, block),
        }
    }

    pub(super) fn statement(&mut self, builder: &mut Builder<'a>, statement: &'a Stmt) {
        builder.at(statement.span);
        match &statement.kind {
            StmtKind::Let { target, value, .. } => self.declaration(builder, target, value),
            StmtKind::Fn(function) => {
                let id = function.name.as_ref().and_then(|name| self.variable_of(name));
                let top = id.is_some_and(|id| self.resolution.variable(id).top);
                if top && self.purpose != Purpose::Prompt {
                    self.function(function, None);
                } else if !top {
                    self.local_function(builder, function);
                }
            }
            StmtKind::Struct(structure) => self.structure(builder, structure),
            StmtKind::Import { alias, .. } => {
                if let Some(module) =
                    self.variable_of(alias).and_then(|id| self.resolution.variable(id).module)
                {
                    let constant = builder.constant(Constant::Module(module));
                    builder.emit(Op::Import, 0, 0, constant);
                }
            }
            StmtKind::While { condition, body } => self.while_loop(builder, Some(condition), body),
            StmtKind::Loop { body } => self.while_loop(builder, None, body),
            StmtKind::For { first, second, over, body } => {
                self.for_loop(builder, first, second.as_ref(), over, body);
            }
            StmtKind::Break => self.exit(builder, Exit::Break),
            StmtKind::Continue => self.exit(builder, Exit::Continue),
            StmtKind::Return(value) => {
                let mark = builder.mark();
                let register = match value {
                    Some(value) if builder.cleanups.is_empty() => self.operand(builder, value),
                    Some(value) => {
                        let register = builder.register();
                        self.value(builder, value, register);
                        register
                    }
                    None => {
                        let register = builder.register();
                        builder.emit(Op::LoadNil, register, 0, 0);
                        register
                    }
                };
                builder.at(statement.span);
                self.exit(builder, Exit::Return(register));
                builder.free(mark);
            }
            StmtKind::Raise(value) => {
                let mark = builder.mark();
                let register = self.operand(builder, value);
                builder.at(statement.span);
                builder.emit(Op::Raise, register, 0, 0);
                builder.free(mark);
            }
            StmtKind::Assert { condition, message } => {
                self.assertion(builder, condition, message.as_ref(), statement.span);
            }
            StmtKind::Assign { place, operator, value } => {
                self.assignment(builder, place, *operator, value)
            }
            StmtKind::Swap { places, value } => self.swap(builder, places, value),
            StmtKind::Expr(value) => self.effect(builder, value),
        }
    }

    fn declaration(&mut self, builder: &mut Builder<'a>, target: &'a Target, value: &'a Expr) {
        match target {
            Target::Name(name) => {
                let register = builder.register();
                self.value(builder, value, register);
                builder.at(name.span);
                self.bind_name(builder, value, &name.name, register);
                if let Some(id) = self.variable_of(name) {
                    builder.variables.insert(id, register);
                }
                self.declared(builder, name, register);
            }
            Target::List(names, _) => {
                let first = builder.registers(names.len());
                let mark = builder.mark();
                let list = self.operand(builder, value);
                builder.free(mark);
                builder.emit(Op::Unpack, first, list, names.len());
                for (i, name) in names.iter().enumerate() {
                    let register = first + i as Register;
                    self.bind_name(builder, value, &name.name, register);
                    if let Some(id) = self.variable_of(name) {
                        builder.variables.insert(id, register);
                    }
                    self.declared(builder, name, register);
                }
            }
        }
    }

    /// A function that is a variable of its block.
    fn local_function(&mut self, builder: &mut Builder<'a>, function: &'a Function) {
        let Some(name) = &function.name else { return };
        let register = self.new_variable(builder, name);
        self.closure(builder, function, register);
        self.declared(builder, name, register);
    }

    /// A closure, or a constant if it captures nothing.
    pub(super) fn closure(
        &mut self,
        builder: &mut Builder<'a>,
        function: &'a Function,
        to: Register,
    ) {
        self.function(function, None);
        let captures = self.capture_sources(builder, function.id);
        let constant = builder
            .constant(Constant::Function(FunctionRef { unit: self.unit, index: function.id }));
        let op = if captures.is_empty() { Op::LoadConst } else { Op::Closure };
        if let Some(done) = &mut self.functions[function.id as usize] {
            done.captures = captures;
        }
        builder.emit(op, to, 0, constant);
    }

    // ---- Loops -------------------------------------------------------------------------------

    fn open_loop(&mut self, builder: &mut Builder<'a>) {
        let cleanups = builder.cleanups.len();
        builder.loops.push(Loop { cleanups, breaks: Vec::new(), continues: Vec::new() });
    }

    fn while_loop(
        &mut self,
        builder: &mut Builder<'a>,
        condition: Option<&'a Expr>,
        body: &'a Block,
    ) {
        // A short condition stands at the end too, so that a round takes one jump.
        let twice = condition.filter(|c| !c.has_block && c.height <= 8);
        let top = builder.position();
        let skip = condition
            .map(|c| self.jump_on(builder, c, false, Construct::While))
            .unwrap_or_default();
        let start = builder.position();
        self.open_loop(builder);
        self.block(builder, body);
        let Some(done) = builder.loops.pop() else { return };
        builder.land_all(done.continues);
        match twice {
            Some(condition) => {
                builder.at(condition.span);
                for patch in self.jump_on(builder, condition, true, Construct::While) {
                    builder.land_at(patch, start);
                }
            }
            None => {
                builder.at(body.span);
                builder.emit_jump_back(Op::Jump, 0, 0, top);
            }
        }
        builder.land_all(skip);
        builder.land_all(done.breaks);
    }

    fn for_loop(
        &mut self,
        builder: &mut Builder<'a>,
        first: &'a Ident,
        second: Option<&'a Ident>,
        over: &'a Expr,
        body: &'a Block,
    ) {
        let mark = builder.mark();
        let at = builder.here();
        if let (ExprKind::Range { start, end, inclusive }, None) = (&over.bare().kind, second) {
            self.counting_loop(builder, first, (start, end, *inclusive), body);
            builder.free(mark);
            return;
        }
        let iterator = builder.registers(3);
        let inner = builder.mark();
        let source = self.operand(builder, over);
        builder.free(inner);
        builder.at(over.span);
        let still = if self.is_still(body) { ITERATE_STILL } else { 0 };
        builder.emit(Op::Iterate, iterator, source, 1 + usize::from(second.is_some()) + still);
        let top = builder.position();
        let done = builder.emit_jump(Op::IterateNext, iterator, 0);
        builder.at(at);
        self.open_loop(builder);
        let names = [first].into_iter().chain(second);
        for (i, name) in names.enumerate() {
            let register = iterator + 1 + i as Register;
            if let Some(id) = self.variable_of(name) {
                builder.variables.insert(id, register);
            }
        }
        self.block(builder, body);
        let Some(ended) = builder.loops.pop() else { return };
        builder.land_all(ended.continues);
        builder.at(over.span);
        builder.emit_jump_back(Op::Jump, 0, 0, top);
        builder.land(done);
        builder.land_all(ended.breaks);
        // The iterator may hold a copy of a long list.
        builder.emit(Op::LoadNil, iterator, 0, 0);
        builder.free(mark);
    }

    /// `for i in a..b`: the variable is the counter itself, since a script cannot assign it.
    fn counting_loop(
        &mut self,
        builder: &mut Builder<'a>,
        name: &'a Ident,
        (start, end, inclusive): (&'a Expr, &'a Expr, bool),
        body: &'a Block,
    ) {
        let counter = builder.registers(2);
        self.value(builder, start, counter);
        self.value(builder, end, counter + 1);
        builder.at(start.span.to(end.span));
        let skip = builder.emit_jump(Op::ForPrepare, counter, Register::from(inclusive));
        let top = builder.position();
        if let Some(id) = self.variable_of(name) {
            builder.variables.insert(id, counter);
        }
        self.open_loop(builder);
        self.block(builder, body);
        let Some(done) = builder.loops.pop() else { return };
        builder.land_all(done.continues);
        builder.at(start.span.to(end.span));
        builder.emit_jump_back(Op::ForNext, counter, counter + 1, top);
        builder.land(skip);
        builder.land_all(done.breaks);
    }

    // ---- Assignment --------------------------------------------------------------------------

    fn assignment(
        &mut self,
        builder: &mut Builder<'a>,
        place: &'a Expr,
        operator: Option<BinaryOp>,
        value: &'a Expr,
    ) {
        let mark = builder.mark();
        let at = builder.here();
        match &place.kind {
            ExprKind::Name(name) => {
                let target = self.place(builder, name);
                match (&target, operator) {
                    (Place::Register(register), None) if writes_last(value) => {
                        self.value(builder, value, *register);
                        self.bind_name(builder, value, &name.name, *register);
                    }
                    (Place::Register(register), Some(operator)) if !value.has_block => {
                        self.binary_with(builder, operator, *register, value, *register, at);
                    }
                    _ => {
                        let start = builder.position();
                        let register = builder.register();
                        match operator {
                            None => {
                                self.value(builder, value, register);
                                self.bind_name(builder, value, &name.name, register);
                            }
                            Some(operator) => {
                                builder.at(place.span);
                                self.load_place(builder, &target, register);
                                self.binary_with(builder, operator, register, value, register, at);
                            }
                        }
                        builder.at(at);
                        self.store_place(builder, &target, register);
                        builder.fuse_change(start);
                    }
                }
            }
            _ => {
                let target = self.item_place(builder, place, value.has_block);
                let register = match operator {
                    None => self.operand(builder, value),
                    Some(operator) => {
                        let register = builder.register();
                        builder.at(place.span);
                        self.load_item(builder, &target, register);
                        self.binary_with(builder, operator, register, value, register, at);
                        register
                    }
                };
                builder.at(at);
                self.store_item(builder, &target, register);
            }
        }
        builder.free(mark);
    }

    /// `[a, b] = [b, a]`: the places are evaluated first, then the value, then they are set in order.
    fn swap(&mut self, builder: &mut Builder<'a>, places: &'a [Expr], value: &'a Expr) {
        let mark = builder.mark();
        let at = builder.here();
        let mut targets = Vec::new();
        // What a place is of, and its index, must be what it was when another place has been set.
        let sets = |place: &Expr| matches!(place.kind, ExprKind::Name(_)) || place.has_block;
        let disturbed = value.has_block || places.iter().any(sets);
        for place in places {
            let target = match &place.kind {
                ExprKind::Name(name) => Err(self.place(builder, name)),
                _ => Ok(self.item_place(builder, place, disturbed)),
            };
            targets.push((target, place.span));
        }
        let first = builder.registers(places.len());
        match &value.bare().kind {
            // The list is only a way to write it.
            ExprKind::List(items) if items.len() == places.len() => {
                for (i, item) in items.iter().enumerate() {
                    self.value(builder, item, first + i as Register);
                }
            }
            _ => {
                let list = self.operand(builder, value);
                builder.at(at);
                builder.emit(Op::Unpack, first, list, places.len());
            }
        }
        for (i, (target, span)) in targets.iter().enumerate() {
            let from = first + i as Register;
            builder.at(*span);
            match target {
                Ok(item) => self.store_item(builder, item, from),
                Err(place) => self.store_place(builder, place, from),
            }
        }
        builder.free(mark);
    }
}

/// Whether a value's last instruction is the one that writes it, so that it can go straight to a variable
/// that it reads.
fn writes_last(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Parenthesis(inner) => writes_last(inner),
        ExprKind::Nil
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Name(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Index { .. }
        | ExprKind::Field { .. }
        | ExprKind::Str(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Range { .. }
        | ExprKind::Call(_) => !value.has_block,
        _ => false,
    }
}
