//! Gives a flat row of operands and operators its structure, by precedence climbing.
//!
//! From loosest to tightest: `or`, `and`, `not`, comparisons, ranges, `|`, `^`, `&`, shifts, sums,
//! products, unary `-` and `~`, `**`. Comparisons and ranges do not chain.

use super::Builder;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

/// One of a row.
pub enum Item {
    /// An operator before an operand.
    Prefix(UnaryOp, Span),
    /// An operand.
    Operand(Expr),
    /// An operator between two.
    Infix(Infix, Span),
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq)]
pub enum Infix {
    Or,
    And,
    Binary(BinaryOp),
    Range { inclusive: bool },
}

const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const RANGE: u8 = 5;
const UNARY: u8 = 12;
const POWER: u8 = 13;

/// How deep operators may nest on their right sides.
const MAX_CLIMB: usize = 1_000;

impl Infix {
    /// The operator that `text` writes.
    pub fn parse(text: &str) -> Infix {
        use BinaryOp::{
            Add, BitAnd, BitOr, BitXor, Div, Eq, FloorDiv, Ge, Gt, In, Le, Lt, Mod, Mul, Ne, NotIn,
            Pow, Shl, Shr, Sub,
        };
        Infix::Binary(match text {
            "or" => return Infix::Or,
            "and" => return Infix::And,
            ".." => return Infix::Range { inclusive: false },
            "..=" => return Infix::Range { inclusive: true },
            "==" => Eq,
            "!=" => Ne,
            "<" => Lt,
            "<=" => Le,
            ">" => Gt,
            ">=" => Ge,
            "in" => In,
            "|" => BitOr,
            "^" => BitXor,
            "&" => BitAnd,
            "<<" => Shl,
            ">>" => Shr,
            "+" => Add,
            "-" => Sub,
            "*" => Mul,
            "/" => Div,
            "//" => FloorDiv,
            "%" => Mod,
            "**" => Pow,
            _ => NotIn,
        })
    }

    fn power(self) -> u8 {
        use BinaryOp::{Add, BitAnd, BitOr, BitXor, Div, FloorDiv, Mod, Mul, Pow, Shl, Shr, Sub};
        match self {
            Infix::Or => 1,
            Infix::And => 2,
            Infix::Range { .. } => RANGE,
            Infix::Binary(operator) => match operator {
                BitOr => 6,
                BitXor => 7,
                BitAnd => 8,
                Shl | Shr => 9,
                Add | Sub => 10,
                Mul | Div | FloorDiv | Mod => 11,
                Pow => POWER,
                _ => COMPARISON,
            },
        }
    }

    fn text(self) -> &'static str {
        match self {
            Infix::Or => "or",
            Infix::And => "and",
            Infix::Range { inclusive: false } => "..",
            Infix::Range { inclusive: true } => "..=",
            Infix::Binary(operator) => operator.text(),
        }
    }
}

/// The items of a row, the next one last.
type Row = Vec<Item>;

impl Builder<'_> {
    /// The expression that a row of items makes.
    pub(super) fn climb_row(&mut self, mut items: Row, whole: Span) -> Expr {
        items.reverse();
        self.climb(&mut items, 0, 0).unwrap_or_else(|| self.leaf(ExprKind::Nil, whole))
    }

    /// Takes operators of at least `least`. `None` only when the row ends too early, which the grammar
    /// rules out, or when it nests too deeply, which is reported.
    fn climb(&mut self, row: &mut Row, least: u8, depth: usize) -> Option<Expr> {
        if depth > MAX_CLIMB {
            let at = row.last().map(|item| match item {
                Item::Prefix(_, at) | Item::Infix(_, at) => *at,
                Item::Operand(operand) => operand.span,
            })?;
            self.error(
                at,
                "too many operators nest here",
                "",
                "break the expression up with `let`",
            );
            row.clear();
            return None;
        }
        let mut left = match row.pop()? {
            Item::Operand(operand) => self.operand(operand),
            Item::Prefix(operator, at) => self.prefix(row, operator, at, least, depth)?,
            Item::Infix(..) => return None,
        };
        let mut chained = None;
        while let Some(Item::Infix(infix, at)) = row.last() {
            let (infix, at) = (*infix, *at);
            let power = infix.power();
            if power < least {
                break;
            }
            row.pop();
            let chains =
                chained.replace((power, infix)).filter(|_| matches!(power, COMPARISON | RANGE));
            if let Some((_, before)) = chains.filter(|(before, _)| *before == power) {
                self.refuse_chain(before, infix, at);
            }
            let right =
                self.climb(row, if power == POWER { power } else { power + 1 }, depth + 1)?;
            left = self.infix(infix, left, right);
        }
        Some(left)
    }

    /// An operand that no minus stands before.
    pub(super) fn operand(&mut self, operand: Expr) -> Expr {
        if matches!(operand.kind, ExprKind::Int(i64::MIN)) {
            let help = "an int goes up to 9223372036854775807; write `1e20` for a float";
            self.error(operand.span, "this number is too large for an int", "", help);
        }
        operand
    }

    fn prefix(
        &mut self,
        row: &mut Row,
        operator: UnaryOp,
        at: Span,
        least: u8,
        depth: usize,
    ) -> Option<Expr> {
        let power = match operator {
            UnaryOp::Not => NOT,
            UnaryOp::Negate | UnaryOp::Invert => UNARY,
        };
        if operator == UnaryOp::Not && least > NOT {
            let help = "`not` binds looser than the operator before it: write `(not …)`";
            self.error(at, "`not` needs parentheses here", "", help);
        }
        // The smallest int is written as the negation of a number that is no int itself.
        let smallest = operator == UnaryOp::Negate
            && matches!(
                row.last(),
                Some(Item::Operand(Expr { kind: ExprKind::Int(i64::MIN), .. }))
            )
            && !matches!(
                row.iter().rev().nth(1),
                Some(Item::Infix(Infix::Binary(BinaryOp::Pow), _))
            );
        if smallest && let Some(Item::Operand(mut number)) = row.pop() {
            number.span = at.to(number.span);
            return Some(number);
        }
        let operand = self.climb(row, power, depth + 1)?;
        let (whole, height, has_block) = (at.to(operand.span), operand.height, operand.has_block);
        Some(self.node(
            ExprKind::Unary { operator, operand: Box::new(operand) },
            whole,
            height,
            has_block,
        ))
    }

    fn infix(&mut self, infix: Infix, left: Expr, right: Expr) -> Expr {
        let whole = left.span.to(right.span);
        let height = left.height.max(right.height);
        let has_block = left.has_block || right.has_block;
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match infix {
            Infix::Or | Infix::And => ExprKind::Logic { and: infix == Infix::And, left, right },
            Infix::Range { inclusive } => ExprKind::Range { start: left, end: right, inclusive },
            Infix::Binary(operator) => ExprKind::Binary { operator, left, right },
        };
        self.node(kind, whole, height, has_block)
    }

    fn refuse_chain(&mut self, before: Infix, infix: Infix, at: Span) {
        let (first, second) = (before.text(), infix.text());
        if matches!(infix, Infix::Range { .. }) {
            self.error(
                at,
                "ranges do not chain",
                "",
                "a range has a start and an end; `range(a, b, step)` takes a step",
            );
        } else {
            let help =
                format!("write `a {first} b and b {second} c`, or put one of them in parentheses");
            self.error(at, "comparisons do not chain", "", &help);
        }
    }
}
