//! Expressions: each puts its value into the register that is asked for.

use super::Compiler;
use super::conditions::{number_constant, small_int};
use super::function::{Builder, Register};
use super::places::Place;
use crate::bytecode::{Constant, Construct, Op};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Block, Expr, ExprKind, MapKey, StrPart, UnaryOp};

/// An item or a field that is read or assigned; what it is of, and its index, lie in registers.
pub(super) enum Item {
    Index { of: Register, index: Register },
    Field { of: Register, name: Box<str> },
    Slot { of: Register, slot: u16 },
}

/// How many values of a long list or map are made at once.
const CHUNK: usize = 64;

impl<'a> Compiler<'a> {
    /// Evaluates for the effect only.
    pub(super) fn effect(&mut self, builder: &mut Builder<'a>, expr: &'a Expr) {
        let mark = builder.mark();
        match &expr.kind {
            ExprKind::Parenthesis(inner) => self.effect(builder, inner),
            ExprKind::If { branches, otherwise } => {
                self.conditional(builder, branches, otherwise.as_ref(), None)
            }
            ExprKind::Try { body, handlers, finale } => {
                self.attempt(builder, body, handlers, finale.as_ref(), None);
            }
            ExprKind::Lock { targets, limit, body } => {
                self.lock(builder, targets, limit, body, None, expr.span)
            }
            ExprKind::Scope { limit, body } => self.scope(builder, limit, body, None, expr.span),
            ExprKind::Select(arms) => self.select(builder, arms, None, expr.span),
            _ => {
                let register = builder.register();
                self.value(builder, expr, register);
                // A handle that nobody keeps is let go at once: its thread's error is then told.
                if matches!(
                    expr.kind,
                    ExprKind::Spawn(_) | ExprKind::Timer { .. } | ExprKind::Call(_)
                ) {
                    builder.emit(Op::LoadNil, register, 0, 0);
                }
            }
        }
        builder.free(mark);
    }

    /// Evaluates to some register: a variable's own, if the expression is one.
    pub(super) fn operand(&mut self, builder: &mut Builder<'a>, expr: &'a Expr) -> Register {
        match &expr.kind {
            ExprKind::Parenthesis(inner) => return self.operand(builder, inner),
            ExprKind::Name(name) | ExprKind::Own(name) => {
                builder.at(expr.span);
                match self.place(builder, name) {
                    Place::Register(register) => return register,
                    Place::Global { constant, borrow: Some(register) } => {
                        builder.emit(Op::BorrowGlobal, register, 0, constant);
                        self.keep(builder, expr, register);
                        return register;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        let register = builder.register();
        self.value(builder, expr, register);
        register
    }

    /// An operand that keeps its value while what follows it is evaluated. `disturbed` tells that a block
    /// follows, which may assign variables.
    pub(super) fn kept_operand(
        &mut self,
        builder: &mut Builder<'a>,
        expr: &'a Expr,
        disturbed: bool,
    ) -> Register {
        let register = self.operand(builder, expr);
        if disturbed && builder.is_variable(register) {
            let kept = builder.register();
            builder.emit(Op::Move, kept, register, 0);
            return kept;
        }
        register
    }

    /// Evaluates into `to`.
    pub(super) fn value(&mut self, builder: &mut Builder<'a>, expr: &'a Expr, to: Register) {
        builder.at(expr.span);
        let mark = builder.mark();
        match &expr.kind {
            ExprKind::Nil => builder.emit(Op::LoadNil, to, 0, 0),
            ExprKind::Bool(true) => builder.emit(Op::LoadTrue, to, 0, 0),
            ExprKind::Bool(false) => builder.emit(Op::LoadFalse, to, 0, 0),
            ExprKind::Int(number) => load_int(builder, *number, to),
            ExprKind::Float(number) => {
                let constant = builder.constant(Constant::Float(*number));
                builder.emit(Op::LoadConst, to, 0, constant);
            }
            ExprKind::Duration(nanoseconds) => {
                let constant = builder.constant(Constant::Duration(*nanoseconds));
                builder.emit(Op::LoadConst, to, 0, constant);
            }
            ExprKind::Str(parts) => self.string(builder, parts, to, expr.span),
            ExprKind::Name(name) | ExprKind::Own(name) => {
                let place = self.place(builder, name);
                self.load_place(builder, &place, to);
            }
            ExprKind::Parenthesis(inner) => self.value(builder, inner, to),
            ExprKind::List(items) => self.list(builder, items, to),
            ExprKind::Map(entries) => self.map(builder, entries, to),
            ExprKind::Unary { operator, operand } => {
                self.unary(builder, *operator, operand, to, expr.span)
            }
            // A float constant goes to the right where that means the same.
            ExprKind::Binary {
                operator: operator @ (BinaryOp::Add | BinaryOp::Mul),
                left,
                right,
            } if matches!(left.bare().kind, ExprKind::Float(_))
                && number_constant(right).is_none() =>
            {
                let operand = self.operand(builder, right);
                self.binary_with(builder, *operator, operand, left, to, expr.span);
            }
            ExprKind::Binary { operator, left, right } => {
                let left = self.kept_operand(builder, left, right.has_block);
                self.binary_with(builder, *operator, left, right, to, expr.span);
            }
            ExprKind::Logic { and, left, right } => {
                let construct = if *and { Construct::And } else { Construct::Or };
                self.value(builder, left, to);
                builder.at(left.span);
                let op = if *and { Op::JumpFalse } else { Op::JumpTrue };
                let done = builder.emit_jump(op, to, construct as Register);
                self.value(builder, right, to);
                builder.at(right.span);
                builder.emit(Op::CheckBool, to, construct as Register, 0);
                builder.land(done);
            }
            ExprKind::Range { start, end, inclusive } => {
                let start = self.kept_operand(builder, start, end.has_block);
                let end = self.operand(builder, end);
                builder.at(expr.span);
                let op = if *inclusive { Op::NewRangeIncl } else { Op::NewRange };
                builder.emit(op, to, start, usize::from(end));
            }
            ExprKind::Call(call) => self.call(builder, call, to, expr.span),
            ExprKind::Index { .. } | ExprKind::Field { .. } => self.item(builder, expr, to),
            ExprKind::Slice { of, start, end, inclusive } => {
                let base = builder.registers(3);
                self.value(builder, of, base);
                for (i, bound) in [start, end].into_iter().enumerate() {
                    let register = base + 1 + i as Register;
                    match bound {
                        Some(bound) => self.value(builder, bound, register),
                        None => builder.emit(Op::LoadUnset, register, 0, 0),
                    }
                }
                builder.at(expr.span);
                builder.emit(Op::Slice, to, base, usize::from(*inclusive));
            }
            ExprKind::Lambda(function) => self.closure(builder, function, to),
            ExprKind::If { branches, otherwise } => {
                self.conditional(builder, branches, otherwise.as_ref(), Some(to))
            }
            ExprKind::Try { body, handlers, finale } => {
                self.attempt(builder, body, handlers, finale.as_ref(), Some(to));
            }
            ExprKind::Lock { targets, limit, body } => {
                self.lock(builder, targets, limit, body, Some(to), expr.span)
            }
            ExprKind::Scope { limit, body } => {
                self.scope(builder, limit, body, Some(to), expr.span)
            }
            ExprKind::Select(arms) => self.select(builder, arms, Some(to), expr.span),
            ExprKind::Spawn(spawn) => self.spawn(builder, spawn, to, expr.span),
            ExprKind::Timer { every, delay, work } => {
                self.timer(builder, *every, delay, work, to, expr.span)
            }
            ExprKind::Sleep(delay) => self.sleep(builder, delay, to, expr.span),
            ExprKind::Operation(operation) => self.operation(builder, operation, to, expr.span),
        }
        builder.free(mark);
        self.keep(builder, expr, to);
    }

    fn string(&mut self, builder: &mut Builder<'a>, parts: &'a [StrPart], to: Register, at: Span) {
        if let [] | [StrPart::Text(_)] = parts {
            let text = match parts {
                [StrPart::Text(text)] => builder.text(text),
                _ => builder.text(""),
            };
            builder.emit(Op::LoadConst, to, 0, text);
            return;
        }
        let base = builder.registers(parts.len());
        for (i, part) in parts.iter().enumerate() {
            let register = base + i as Register;
            match part {
                StrPart::Text(text) => {
                    let constant = builder.text(text);
                    builder.emit(Op::LoadConst, register, 0, constant);
                }
                StrPart::Value { value, spec } => {
                    self.value(builder, value, register);
                    if let Some(spec) = spec {
                        let constant = builder.constant(Constant::Spec(*spec));
                        builder.at(value.span);
                        builder.emit(Op::Format, register, register, constant);
                    }
                }
            }
        }
        builder.at(at);
        builder.emit(Op::BuildStr, to, base, parts.len());
    }

    fn list(&mut self, builder: &mut Builder<'a>, items: &'a [Expr], to: Register) {
        let at = builder.here();
        let list = if items.len() > CHUNK { builder.register() } else { to };
        for (round, chunk) in items.chunks(CHUNK).enumerate() {
            let mark = builder.mark();
            let base = builder.registers(chunk.len());
            for (i, item) in chunk.iter().enumerate() {
                self.value(builder, item, base + i as Register);
            }
            builder.at(at);
            let op = if round == 0 { Op::NewList } else { Op::Append };
            builder.emit(op, list, base, chunk.len());
            builder.free(mark);
        }
        if items.is_empty() {
            let base = builder.register();
            builder.emit(Op::NewList, list, base, 0);
        }
        if list != to {
            builder.emit(Op::Move, to, list, 0);
        }
    }

    fn map(&mut self, builder: &mut Builder<'a>, entries: &'a [(MapKey, Expr)], to: Register) {
        let at = builder.here();
        let map = if entries.len() > CHUNK { builder.register() } else { to };
        for (round, chunk) in entries.chunks(CHUNK).enumerate() {
            let mark = builder.mark();
            let base = builder.registers(2 * chunk.len());
            for (i, (key, value)) in chunk.iter().enumerate() {
                let register = base + 2 * i as Register;
                match key {
                    MapKey::Word(word, _) => {
                        let constant = builder.text(word);
                        builder.emit(Op::LoadConst, register, 0, constant);
                    }
                    MapKey::Value(key) => self.value(builder, key, register),
                }
                self.value(builder, value, register + 1);
            }
            builder.at(at);
            let op = if round == 0 { Op::NewMap } else { Op::Insert };
            builder.emit(op, map, base, chunk.len());
            builder.free(mark);
        }
        if entries.is_empty() {
            let base = builder.register();
            builder.emit(Op::NewMap, map, base, 0);
        }
        if map != to {
            builder.emit(Op::Move, to, map, 0);
        }
    }

    fn unary(
        &mut self,
        builder: &mut Builder<'a>,
        operator: UnaryOp,
        operand: &'a Expr,
        to: Register,
        at: Span,
    ) {
        let register = self.operand(builder, operand);
        builder.at(at);
        let op = match operator {
            UnaryOp::Negate => Op::Neg,
            UnaryOp::Invert => Op::Invert,
            UnaryOp::Not => Op::Not,
        };
        builder.emit(op, to, register, 0);
    }

    /// `left operator right`, where the left operand lies in a register already.
    pub(super) fn binary_with(
        &mut self,
        builder: &mut Builder<'a>,
        operator: BinaryOp,
        left: Register,
        right: &'a Expr,
        to: Register,
        at: Span,
    ) {
        let small = small_int(right)
            .and_then(|n| i32::try_from(n).ok())
            .filter(|n| n.unsigned_abs() < 1 << 22);
        if let (Some(op), Some(number)) = (int_op(operator), small) {
            builder.at(at);
            builder.emit_int(op, to, left, number);
            return;
        }
        if let (Some(op), Some(constant)) = (const_op(operator), number_constant(right)) {
            let constant = builder.constant(constant);
            builder.at(at);
            builder.emit(op, to, left, constant);
            return;
        }
        let mark = builder.mark();
        let right = self.operand(builder, right);
        builder.free(mark);
        builder.at(at);
        builder.emit(binary_op(operator), to, left, usize::from(right));
    }

    fn conditional(
        &mut self,
        builder: &mut Builder<'a>,
        branches: &'a [(Expr, Block)],
        otherwise: Option<&'a Block>,
        to: Option<Register>,
    ) {
        let mut done = Vec::new();
        for (i, (condition, block)) in branches.iter().enumerate() {
            let last = i + 1 == branches.len() && otherwise.is_none() && to.is_none();
            if last && let Some(exit) = builder.plain_exit(block) {
                let leave = self.jump_on(builder, condition, true, Construct::If);
                builder.leave_loop(exit, leave);
                continue;
            }
            let skip = self.jump_on(builder, condition, false, Construct::If);
            self.block_into(builder, block, to);
            if !last {
                done.push(builder.emit_jump(Op::Jump, 0, 0));
            }
            builder.land_all(skip);
        }
        match (otherwise, to) {
            (Some(block), _) => self.block_into(builder, block, to),
            (None, Some(to)) => builder.emit(Op::LoadNil, to, 0, 0),
            (None, None) => {}
        }
        builder.land_all(done);
    }

    // ---- Items and fields --------------------------------------------------------------------

    fn item(&mut self, builder: &mut Builder<'a>, expr: &'a Expr, to: Register) {
        if let ExprKind::Field { of, name, .. } = &expr.kind
            && let Some(place) = self.member_place(builder, of, name)
        {
            self.load_place(builder, &place, to);
            return;
        }
        let item = self.item_place(builder, expr, false);
        builder.at(expr.span);
        self.load_item(builder, &item, to);
    }

    /// Evaluates what an item is of, and its index. With `disturbed`, a block may assign variables before
    /// the item is used.
    pub(super) fn item_place(
        &mut self,
        builder: &mut Builder<'a>,
        expr: &'a Expr,
        disturbed: bool,
    ) -> Item {
        match &expr.kind {
            ExprKind::Parenthesis(inner) => self.item_place(builder, inner, disturbed),
            ExprKind::Index { of, index } => {
                let of = self.kept_operand(builder, of, disturbed || index.has_block);
                let index = self.kept_operand(builder, index, disturbed);
                Item::Index { of, index }
            }
            // To assign a slice is an error, but a map may have a range as its key.
            ExprKind::Slice { of, start, end, inclusive } => {
                let of = self.kept_operand(builder, of, true);
                let index = builder.register();
                match (start, end) {
                    (Some(start), Some(end)) => {
                        let start = self.kept_operand(builder, start, end.has_block);
                        let end = self.operand(builder, end);
                        let op = if *inclusive { Op::NewRangeIncl } else { Op::NewRange };
                        builder.at(expr.span);
                        builder.emit(op, index, start, usize::from(end));
                    }
                    _ => {
                        let text = builder.text("a slice cannot be assigned");
                        builder.emit(Op::Misplaced, 0, 0, text);
                    }
                }
                Item::Index { of, index }
            }
            ExprKind::Field { of, name, .. } => {
                let slot = self.own_slot(of, name);
                let of = self.kept_operand(builder, of, disturbed);
                match slot {
                    Some(slot) => Item::Slot { of, slot },
                    None => Item::Field { of, name: name.clone() },
                }
            }
            // The builder of the tree has refused all else.
            _ => Item::Index { of: 0, index: 0 },
        }
    }

    /// The slot of `self.name`, if that is a field of the struct whose method this is.
    fn own_slot(&self, of: &Expr, name: &str) -> Option<u16> {
        let ExprKind::Own(own) = &of.kind else { return None };
        let structure = self.struct_of_own(own)?;
        structure.fields.iter().position(|field| &*field.name.name == name).map(|slot| slot as u16)
    }

    pub(super) fn load_item(&mut self, builder: &mut Builder<'a>, item: &Item, to: Register) {
        match item {
            Item::Index { of, index } => builder.emit(Op::Index, to, *of, usize::from(*index)),
            Item::Slot { of, slot } => builder.emit(Op::GetOwn, to, *of, usize::from(*slot)),
            Item::Field { of, name } => {
                let site = builder.site(name);
                builder.emit(Op::GetField, to, *of, site);
            }
        }
    }

    pub(super) fn store_item(&mut self, builder: &mut Builder<'a>, item: &Item, from: Register) {
        match item {
            Item::Index { of, index } => builder.emit(Op::SetIndex, *of, *index, usize::from(from)),
            Item::Slot { of, slot } => builder.emit(Op::SetOwn, *of, from, usize::from(*slot)),
            Item::Field { of, name } => {
                let site = builder.site(name);
                builder.emit(Op::SetField, *of, from, site);
            }
        }
    }
}

/// Loads a number, as short as it can be.
pub(super) fn load_int(builder: &mut Builder<'_>, number: i64, to: Register) {
    match i32::try_from(number) {
        Ok(small) if small.unsigned_abs() < 1 << 22 => builder.emit_int(Op::LoadInt, to, 0, small),
        _ => {
            let constant = builder.constant(Constant::Int(number));
            builder.emit(Op::LoadConst, to, 0, constant);
        }
    }
}

fn binary_op(operator: BinaryOp) -> Op {
    match operator {
        BinaryOp::Add => Op::Add,
        BinaryOp::Sub => Op::Sub,
        BinaryOp::Mul => Op::Mul,
        BinaryOp::Div => Op::Div,
        BinaryOp::FloorDiv => Op::FloorDiv,
        BinaryOp::Mod => Op::Mod,
        BinaryOp::Pow => Op::Pow,
        BinaryOp::BitOr => Op::BitOr,
        BinaryOp::BitXor => Op::BitXor,
        BinaryOp::BitAnd => Op::BitAnd,
        BinaryOp::Shl => Op::Shl,
        BinaryOp::Shr => Op::Shr,
        BinaryOp::Eq => Op::Eq,
        BinaryOp::Ne => Op::Ne,
        BinaryOp::Lt => Op::Lt,
        BinaryOp::Le => Op::Le,
        BinaryOp::Gt => Op::Gt,
        BinaryOp::Ge => Op::Ge,
        BinaryOp::In => Op::In,
        BinaryOp::NotIn => Op::NotIn,
    }
}

/// The form with a small number on the right.
fn int_op(operator: BinaryOp) -> Option<Op> {
    Some(match operator {
        BinaryOp::Add => Op::AddInt,
        BinaryOp::Sub => Op::SubInt,
        BinaryOp::Mul => Op::MulInt,
        BinaryOp::Mod => Op::ModInt,
        _ => return None,
    })
}

/// The form with a constant on the right.
fn const_op(operator: BinaryOp) -> Option<Op> {
    Some(match operator {
        BinaryOp::Add => Op::AddConst,
        BinaryOp::Sub => Op::SubConst,
        BinaryOp::Mul => Op::MulConst,
        BinaryOp::Div => Op::DivConst,
        BinaryOp::Mod => Op::ModConst,
        _ => return None,
    })
}
