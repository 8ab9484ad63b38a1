//! Expressions without threads.

use super::precedence::{Infix, Item};
use super::{Builder, block_height, number, parts, span};
use crate::source::Span;
use crate::syntax::ast::{
    Argument, Block, Call, Expr, ExprKind, Function, Handler, MapKey, Parameter, UnaryOp,
};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

impl Builder<'_> {
    /// An `expression` or a `listed`: operands and operators in a row.
    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let whole = span(&pair);
        let mut items = Vec::new();
        for part in pair.into_inner() {
            let at = span(&part);
            match part.as_rule() {
                Rule::prefix => {
                    let operator = match part.as_str() {
                        "-" => UnaryOp::Negate,
                        "~" => UnaryOp::Invert,
                        _ => UnaryOp::Not,
                    };
                    items.push(Item::Prefix(operator, at));
                }
                Rule::infix => items.push(Item::Infix(Infix::parse(part.as_str()), at)),
                Rule::call | Rule::index | Rule::field => {
                    if let Some(Item::Operand(of)) = items.pop() {
                        // What stands before a suffix is no negated number.
                        let of = self.operand(of);
                        items.push(Item::Operand(self.suffix(of, part)));
                    }
                }
                _ => items.push(Item::Operand(self.operand_of(part))),
            }
        }
        match <[Item; 1]>::try_from(items) {
            Ok([Item::Operand(operand)]) if !matches!(operand.kind, ExprKind::Int(i64::MIN)) => {
                operand
            }
            Ok([item]) => self.climb_row(vec![item], whole),
            Err(items) => self.climb_row(items, whole),
        }
    }

    /// The head of a block: a bare map, or an operation with an `else`, is refused.
    pub(super) fn head(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let expr = self.expression(pair);
        self.check_head(&expr);
        expr
    }

    pub(super) fn check_head(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Map(_) => {
                let help = "write `({…})`: a `{` here would be taken for the block";
                self.error(expr.span, "a map needs parentheses in the head of a block", "", help);
            }
            ExprKind::Operation(operation) => {
                if let Some(otherwise) = &operation.limit.otherwise {
                    let head = Span { start: otherwise.span.start, end: otherwise.span.start + 1 };
                    let message =
                        "an operation with an `else` needs parentheses in the head of a block";
                    self.error(head, message, "", "write `(recv q within 1s else { … })`");
                }
                for operand in operation.operands.iter().chain(operation.until.as_deref()) {
                    self.check_head(operand);
                }
                if let Some(within) = &operation.limit.within {
                    self.check_head(within);
                }
            }
            ExprKind::Binary { left, right, .. } | ExprKind::Logic { left, right, .. } => {
                self.check_head(left);
                self.check_head(right);
            }
            ExprKind::Range { start, end, .. } => {
                self.check_head(start);
                self.check_head(end);
            }
            ExprKind::Unary { operand, .. } | ExprKind::Sleep(operand) => self.check_head(operand),
            ExprKind::Call(call) => self.check_head(&call.callee),
            ExprKind::Index { of, .. }
            | ExprKind::Slice { of, .. }
            | ExprKind::Field { of, .. } => {
                self.check_head(of);
            }
            _ => {}
        }
    }

    /// An atom and its suffixes: what an operation works on.
    pub(super) fn target(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let whole = span(&pair);
        let mut inner = pair.into_inner();
        let Some(first) = inner.next() else { return self.leaf(ExprKind::Nil, whole) };
        let first = self.operand_of(first);
        let first = match first.kind {
            ExprKind::Int(i64::MIN) => self.climb_row(vec![Item::Operand(first)], whole),
            _ => first,
        };
        inner.fold(first, |of, suffix| self.suffix(of, suffix))
    }

    fn operand_of(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        match pair.as_rule() {
            Rule::number => match number::number(pair.as_str()) {
                Ok(kind) => self.leaf(kind, at),
                Err(wrong) => {
                    self.error(at, wrong.message, "", &wrong.help);
                    self.leaf(ExprKind::Int(0), at)
                }
            },
            Rule::string => self.string(pair),
            Rule::name => {
                let ident = self.ident(&pair);
                self.leaf(ExprKind::Name(ident), at)
            }
            Rule::own => {
                let ident = self.ident(&pair);
                self.leaf(ExprKind::Own(ident), at)
            }
            Rule::literal => {
                let kind = match pair.as_str() {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    _ => ExprKind::Nil,
                };
                self.leaf(kind, at)
            }
            Rule::parenthesis => {
                let inner = parts(pair).next().map(|listed| self.expression(listed));
                let inner = inner.unwrap_or_else(|| self.leaf(ExprKind::Nil, at));
                let (height, has_block) = (inner.height, inner.has_block);
                self.node(ExprKind::Parenthesis(Box::new(inner)), at, height, has_block)
            }
            Rule::list => {
                let items: Vec<Expr> = parts(pair).map(|item| self.expression(item)).collect();
                let (height, has_block) = measure(items.iter());
                self.node(ExprKind::List(items), at, height, has_block)
            }
            Rule::map => self.map(pair),
            Rule::lambda => {
                let function = self.function(pair, None);
                let height = block_height(&function.body);
                self.node(ExprKind::Lambda(function), at, height, false)
            }
            Rule::conditional => self.conditional(pair),
            Rule::attempt => self.attempt(pair),
            _ => self.thread_operand(pair),
        }
    }

    fn suffix(&mut self, of: Expr, pair: Pair<'_, Rule>) -> Expr {
        let whole = Span { start: of.span.start, end: span(&pair).end };
        match pair.as_rule() {
            Rule::call => {
                let arguments = self.arguments(pair);
                let (height, has_block) = measure(arguments.iter().map(|a| &a.value).chain([&of]));
                let call = Call { callee: Box::new(of), arguments };
                self.node(ExprKind::Call(call), whole, height, has_block)
            }
            Rule::index => self.index(of, pair, whole),
            _ => {
                let (height, has_block) = (of.height, of.has_block);
                let Some(word) = pair.into_inner().next() else { return of };
                let kind = ExprKind::Field {
                    of: Box::new(of),
                    name: word.as_str().into(),
                    name_span: span(&word),
                };
                self.node(kind, whole, height, has_block)
            }
        }
    }

    pub(super) fn arguments(&mut self, pair: Pair<'_, Rule>) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        for part in parts(pair) {
            let mut name = None;
            for piece in part.into_inner() {
                if piece.as_rule() == Rule::argument_name {
                    name =
                        piece.into_inner().next().map(|word| (word.as_str().into(), span(&word)));
                    continue;
                }
                let value = self.expression(piece);
                if name.is_none() && arguments.last().is_some_and(|last| last.name.is_some()) {
                    let help = "put the arguments without a name first";
                    self.error(value.span, "an argument by position after one by name", "", help);
                }
                arguments.push(Argument { name: name.take(), value });
            }
        }
        arguments
    }

    fn index(&mut self, of: Expr, pair: Pair<'_, Rule>, whole: Span) -> Expr {
        let mut start = None;
        let mut end = None;
        let mut inclusive = None;
        let mut open_range = |this: &mut Self, word: &Pair<'_, Rule>, has_end: bool| {
            if word.as_str() == "..=" && !has_end {
                this.error(
                    span(word),
                    "`..=` needs an end",
                    "",
                    "write `xs[a..]` for all that is left",
                );
            }
            inclusive = Some(word.as_str() == "..=");
        };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::expression => start = Some(self.expression(part)),
                Rule::slice_from => {
                    if let Some(word) = part.into_inner().next() {
                        open_range(self, &word, false);
                    }
                }
                _ => {
                    let mut inner = part.into_inner();
                    let word = inner.next();
                    end = inner.next().map(|e| self.expression(e));
                    if let Some(word) = word {
                        open_range(self, &word, end.is_some());
                    }
                }
            }
        }
        let (height, has_block) = measure([&of].into_iter().chain(&start).chain(&end));
        let kind = match (inclusive, start) {
            (Some(inclusive), start) => ExprKind::Slice {
                of: Box::new(of),
                start: start.map(Box::new),
                end: end.map(Box::new),
                inclusive,
            },
            // A range written in the brackets is a slice; a range in a variable is told at run time.
            (None, Some(Expr { kind: ExprKind::Range { start, end, inclusive }, .. })) => {
                ExprKind::Slice { of: Box::new(of), start: Some(start), end: Some(end), inclusive }
            }
            (None, Some(index)) => ExprKind::Index { of: Box::new(of), index: Box::new(index) },
            (None, None) => return of,
        };
        self.node(kind, whole, height, has_block)
    }

    fn map(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut entries = Vec::new();
        for entry in parts(pair) {
            let mut pieces = parts(entry);
            let (Some(key), Some(value)) = (pieces.next(), pieces.next()) else { continue };
            let key = match key.as_rule() {
                Rule::word => MapKey::Word(key.as_str().into(), span(&key)),
                Rule::string => MapKey::Value(self.string(key)),
                _ => {
                    let Some(key) = parts(key).next() else { continue };
                    MapKey::Value(self.expression(key))
                }
            };
            entries.push((key, self.expression(value)));
        }
        let mut height = 0;
        let mut has_block = false;
        for (key, value) in &entries {
            height = height.max(value.height);
            has_block |= value.has_block;
            if let MapKey::Value(key) = key {
                height = height.max(key.height);
                has_block |= key.has_block;
            }
        }
        self.node(ExprKind::Map(entries), at, height, has_block)
    }

    /// A `lambda`, or what follows the name of a function or a method.
    pub(super) fn function(&mut self, pair: Pair<'_, Rule>, named: Option<Span>) -> Function {
        let id = self.next_function();
        let whole = span(&pair);
        let mut name = None;
        let mut parameters = Vec::new();
        let mut body = Block { statements: Vec::new(), span: whole };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::parameters => parameters = self.parameters(part),
                Rule::block => body = self.block(part),
                _ => {}
            }
        }
        Function { id, name, parameters, body, span: named.unwrap_or(whole) }
    }

    fn parameters(&mut self, pair: Pair<'_, Rule>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for part in parts(pair) {
            let mut inner = part.into_inner();
            let Some(name) = inner.next() else { continue };
            let name = self.ident(&name);
            let default = inner.next().map(|e| self.expression(e));
            if default.is_none() && parameters.last().is_some_and(|last| last.default.is_some()) {
                let help = "give it a default too, or put it before those that have one";
                self.error(name.span, "a parameter without a default after one with", "", help);
            }
            parameters.push(Parameter { name, default });
        }
        parameters
    }

    fn conditional(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut branches = Vec::new();
        let mut condition = None;
        let mut otherwise = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expression => condition = Some(self.head(part)),
                Rule::block => {
                    let block = self.block(part);
                    if let Some(condition) = condition.take() {
                        branches.push((condition, block));
                    }
                }
                Rule::otherwise => otherwise = self.otherwise(part),
                _ => {}
            }
        }
        let mut height = otherwise.as_ref().map_or(0, block_height);
        for (condition, block) in &branches {
            height = height.max(condition.height).max(block_height(block));
        }
        self.node(ExprKind::If { branches, otherwise }, at, height, true)
    }

    /// The block of an `otherwise`.
    pub(super) fn otherwise(&mut self, pair: Pair<'_, Rule>) -> Option<Block> {
        let block = pair.into_inner().find(|part| part.as_rule() == Rule::block)?;
        Some(self.block(block))
    }

    fn attempt(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut body = Block { statements: Vec::new(), span: at };
        let mut handlers: Vec<Handler> = Vec::new();
        let mut finale = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::block => body = self.block(part),
                Rule::handler => handlers.extend(self.handler(part)),
                Rule::finale => {
                    finale = part
                        .into_inner()
                        .find(|p| p.as_rule() == Rule::block)
                        .map(|b| self.block(b));
                }
                _ => {}
            }
        }
        if handlers.is_empty() && finale.is_none() {
            let head = Span { start: at.start, end: at.start + 3 };
            self.error(
                head,
                "a `try` needs a `catch` or a `finally`",
                "",
                "write `try { … } catch e { … }`",
            );
        }
        let blocks = [&body].into_iter().chain(handlers.iter().map(|h| &h.body)).chain(&finale);
        let height = blocks.map(block_height).max().unwrap_or(0);
        self.node(ExprKind::Try { body, handlers, finale }, at, height, true)
    }

    fn handler(&mut self, pair: Pair<'_, Rule>) -> Option<Handler> {
        let mut name = None;
        let mut kinds = Vec::new();
        let mut body = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name if name.is_none() => name = Some(self.ident(&part)),
                Rule::name => kinds.push((part.as_str().into(), span(&part))),
                Rule::block => body = Some(self.block(part)),
                _ => {}
            }
        }
        Some(Handler { name: name?, kinds, body: body? })
    }
}

/// The height of the highest of `exprs`, and whether a block is in one of them.
pub(super) fn measure<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> (u32, bool) {
    exprs.into_iter().fold((0, false), |(height, block), expr| {
        (height.max(expr.height), block || expr.has_block)
    })
}
