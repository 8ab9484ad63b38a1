//! Statements.

use super::precedence::Infix;
use super::{Builder, parts, span};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Field, Function, Stmt, StmtKind, Struct, Target};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

impl Builder<'_> {
    pub(super) fn statement(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let at = span(&pair);
        let rule = pair.as_rule();
        let kind = match rule {
            Rule::function => {
                let function = self.function(pair, Some(at));
                StmtKind::Fn(function)
            }
            Rule::structure => self.structure(pair),
            Rule::break_out => StmtKind::Break,
            Rule::continue_on => StmtKind::Continue,
            Rule::simple => self.simple(pair),
            Rule::declaration => self.declaration(pair),
            Rule::import => self.import(pair),
            Rule::for_loop => self.for_loop(pair),
            _ => self.with_expressions(rule, pair),
        };
        Stmt { kind, span: at }
    }

    fn nothing(&mut self, at: Span) -> Expr {
        self.leaf(ExprKind::Nil, at)
    }

    /// The statements that are a word, expressions and perhaps a block.
    fn with_expressions(&mut self, rule: Rule, pair: Pair<'_, Rule>) -> StmtKind {
        let at = span(&pair);
        let mut first = None;
        let mut second = None;
        let mut body = None;
        for part in parts(pair) {
            match part.as_rule() {
                Rule::expression if rule == Rule::while_loop => first = Some(self.head(part)),
                Rule::expression | Rule::listed if first.is_none() => {
                    first = Some(self.expression(part))
                }
                Rule::expression => second = Some(self.expression(part)),
                Rule::block => body = Some(self.block(part)),
                _ => {}
            }
        }
        let empty = crate::syntax::ast::Block { statements: Vec::new(), span: at };
        match rule {
            Rule::return_back => StmtKind::Return(first),
            Rule::raise => StmtKind::Raise(first.unwrap_or_else(|| self.nothing(at))),
            Rule::assertion => StmtKind::Assert {
                condition: first.unwrap_or_else(|| self.nothing(at)),
                message: second,
            },
            Rule::while_loop => StmtKind::While {
                condition: first.unwrap_or_else(|| self.nothing(at)),
                body: body.unwrap_or(empty),
            },
            _ => StmtKind::Loop { body: body.unwrap_or(empty) },
        }
    }

    fn declaration(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let at = span(&pair);
        let mut mutable = false;
        let mut target = Target::List(Vec::new(), at);
        let mut value = None;
        for part in parts(pair) {
            match part.as_rule() {
                Rule::kw_let => {}
                Rule::kw_var => mutable = true,
                Rule::name => target = Target::Name(self.ident(&part)),
                Rule::pattern => {
                    let whole = span(&part);
                    let names = parts(part).map(|name| self.ident(&name)).collect();
                    target = Target::List(names, whole);
                }
                _ => value = Some(self.expression(part)),
            }
        }
        StmtKind::Let { mutable, target, value: value.unwrap_or_else(|| self.nothing(at)) }
    }

    fn import(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let mut path: (Box<str>, Span) = ("".into(), span(&pair));
        let mut alias = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::string => {
                    let at = span(&part);
                    if !part.as_str().starts_with('"') || part.as_str().starts_with("\"\"\"") {
                        self.error(
                            at,
                            "the path of an import is a plain string",
                            "",
                            "write it as \"…\"",
                        );
                    }
                    path = (self.plain_string(part), at);
                }
                Rule::name => alias = Some(self.ident(&part)),
                _ => {}
            }
        }
        match alias {
            Some(alias) => StmtKind::Import { path: path.0, path_span: path.1, alias },
            None => StmtKind::Break,
        }
    }

    fn for_loop(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let at = span(&pair);
        let mut names = Vec::new();
        let mut over = None;
        let mut body = crate::syntax::ast::Block { statements: Vec::new(), span: at };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::name => names.push(self.ident(&part)),
                Rule::expression => over = Some(self.head(part)),
                Rule::block => body = self.block(part),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        let Some(first) = names.next() else { return StmtKind::Break };
        StmtKind::For {
            first,
            second: names.next(),
            over: over.unwrap_or_else(|| self.nothing(at)),
            body,
        }
    }

    fn structure(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let maker = self.next_function();
        let mut name = None;
        let mut fields = Vec::new();
        let mut methods: Vec<Function> = Vec::new();
        for part in parts(pair) {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::method => {
                    let whole = span(&part);
                    methods.push(self.function(part, Some(whole)));
                }
                Rule::member_field => {
                    let field = self.field(part);
                    let late = |field: &Field| field.default.is_none();
                    if let Some(field) = field.as_ref().filter(|field| late(field))
                        && fields.last().is_some_and(|last| !late(last))
                    {
                        let help = "give it a default too, or put it before those that have one";
                        let what = "a field without a default after one with";
                        self.error(field.name.span, what, "", help);
                    }
                    fields.extend(field);
                }
                _ => {}
            }
        }
        match name {
            Some(name) => StmtKind::Struct(Struct { name, maker, fields, methods }),
            None => StmtKind::Break,
        }
    }

    fn field(&mut self, pair: Pair<'_, Rule>) -> Option<Field> {
        let mut inner = pair.into_inner();
        let name = self.ident(&inner.next()?);
        Some(Field { name, default: inner.next().map(|default| self.expression(default)) })
    }

    /// An expression, or an assignment: the grammar reads the place as an expression.
    fn simple(&mut self, pair: Pair<'_, Rule>) -> StmtKind {
        let at = span(&pair);
        let mut sides = Vec::new();
        let mut operator = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::assign => operator = Some(part.as_str().to_owned()),
                _ => sides.push(self.expression(part)),
            }
        }
        let value = sides.pop().unwrap_or_else(|| self.nothing(at));
        let (Some(operator), Some(place)) = (operator, sides.pop()) else {
            return StmtKind::Expr(value);
        };
        if let (ExprKind::List(_), "=") = (&place.kind, operator.as_str()) {
            let ExprKind::List(places) = place.kind else { return StmtKind::Break };
            for place in &places {
                self.check_place(place);
            }
            return StmtKind::Swap { places, value };
        }
        self.check_place(&place);
        let operator = match Infix::parse(operator.trim_end_matches('=')) {
            Infix::Binary(binary) if operator != "=" => Some(binary),
            _ => None,
        };
        StmtKind::Assign { place, operator, value }
    }

    fn check_place(&mut self, place: &Expr) {
        let what = match &place.kind {
            ExprKind::Name(_)
            | ExprKind::Index { .. }
            | ExprKind::Field { .. }
            | ExprKind::Slice { .. } => return,
            ExprKind::Own(_) => "`self` cannot be assigned",
            ExprKind::Call(_) => "the result of a call cannot be assigned",
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) | ExprKind::Duration(_) => {
                "a literal cannot be assigned"
            }
            ExprKind::Nil | ExprKind::Bool(_) => "a literal cannot be assigned",
            _ => "this cannot be assigned",
        };
        let help = "a name, `xs[i]` or `obj.field` can be assigned; `==` compares";
        self.error(place.span, what, "", help);
    }
}
