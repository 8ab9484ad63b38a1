//! What has to do with threads: `spawn`, `timer`, `lock`, `scope`, `select`, and the operations.

use super::expression::measure;
use super::{Builder, block_height, parts, span};
use crate::source::Span;
use crate::syntax::ast::{
    Arm, ArmKind, Block, Call, Expr, ExprKind, Limit, Operation, OperationKind, Spawn, Work,
};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

impl Builder<'_> {
    /// An operand that is none of the ordinary ones.
    pub(super) fn thread_operand(&mut self, pair: Pair<'_, Rule>) -> Expr {
        match pair.as_rule() {
            Rule::spawn => self.spawn(pair),
            Rule::timer => self.timer(pair),
            Rule::pause => {
                let at = span(&pair);
                let delay = pair.into_inner().find(|p| p.as_rule() == Rule::expression);
                let delay = delay
                    .map(|e| self.expression(e))
                    .unwrap_or_else(|| self.leaf(ExprKind::Nil, at));
                let (height, has_block) = (delay.height, delay.has_block);
                self.node(ExprKind::Sleep(Box::new(delay)), at, height, has_block)
            }
            Rule::lock_one | Rule::lock_several => self.lock(pair),
            Rule::scoped => self.scope(pair),
            Rule::selection => self.select(pair),
            Rule::operation | Rule::operation_several => self.operation(pair),
            _ => self.leaf(ExprKind::Nil, span(&pair)),
        }
    }

    fn spawn(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut spawn =
            Spawn { daemon: false, name: None, pool: None, work: Work::Block(self.no_work(at)) };
        let mut height = 0;
        let mut daemon_at = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::process_word => {
                    let help = "`spawn f(x)` runs it on a thread of this process";
                    self.error(
                        span(&part),
                        "`spawn process` is not there yet",
                        "reserved for later",
                        help,
                    );
                }
                Rule::daemon_word => {
                    spawn.daemon = true;
                    daemon_at = Some(span(&part));
                }
                Rule::string => spawn.name = Some(Box::new(self.string(part))),
                Rule::on_pool => {
                    let pool = part.into_inner().find(|p| p.as_rule() == Rule::target);
                    spawn.pool = pool.map(|target| Box::new(self.target(target)));
                }
                Rule::block => spawn.work = Work::Block(self.block_function(part)),
                Rule::callee => spawn.work = self.callee(part, "spawn"),
                _ => {}
            }
        }
        if let (Some(daemon), Some(_)) = (daemon_at, &spawn.pool) {
            let help = "a pool's workers never keep the program alive; its tasks always do";
            self.error(daemon, "a task of a pool cannot be a daemon", "", help);
        }
        height = height.max(work_height(&spawn.work));
        let (below, has_block) =
            measure(spawn.name.as_deref().into_iter().chain(spawn.pool.as_deref()));
        let has_block = has_block || work_has_block(&spawn.work);
        self.node(ExprKind::Spawn(spawn), at, height.max(below), has_block)
    }

    fn no_work(&mut self, at: Span) -> crate::syntax::ast::Function {
        let body = Block { statements: Vec::new(), span: at };
        crate::syntax::ast::Function { id: 0, name: None, parameters: Vec::new(), body, span: at }
    }

    fn callee(&mut self, pair: Pair<'_, Rule>, word: &str) -> Work {
        let at = span(&pair);
        let expr = self.target(pair);
        match expr.kind {
            ExprKind::Call(call) => Work::Call(call, at),
            _ => {
                let help = format!("write `{word} f(x)` to call it, or `{word} {{ … }}`");
                self.error(at, format!("`{word}` needs a call or a block"), "is no call", &help);
                Work::Call(Call { callee: Box::new(expr), arguments: Vec::new() }, at)
            }
        }
    }

    fn timer(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut every = false;
        let mut delay = None;
        let mut work = Work::Block(self.no_work(at));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::every_word => every = true,
                Rule::expression => delay = Some(self.head(part)),
                Rule::block => work = Work::Block(self.block_function(part)),
                Rule::callee => work = self.callee(part, "timer 1s"),
                _ => {}
            }
        }
        let delay = delay.unwrap_or_else(|| self.leaf(ExprKind::Nil, at));
        let height = delay.height.max(work_height(&work));
        let has_block = delay.has_block || work_has_block(&work);
        self.node(ExprKind::Timer { every, delay: Box::new(delay), work }, at, height, has_block)
    }

    fn lock(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut targets = Vec::new();
        let mut limit = Limit::default();
        let mut body = None;
        for part in parts(pair) {
            match part.as_rule() {
                Rule::target => {
                    let target = self.target(part);
                    self.check_head(&target);
                    targets.push(target);
                }
                Rule::expression => targets.push(self.head(part)),
                Rule::within => limit.within = self.limit_in_head(part),
                Rule::block => body = Some(self.block(part)),
                Rule::otherwise => {
                    limit.otherwise = self.limit_otherwise(part, limit.within.is_some())
                }
                _ => {}
            }
        }
        let body = body.unwrap_or(Block { statements: Vec::new(), span: at });
        let height = measure(&targets).0.max(limit_height(&limit)).max(block_height(&body));
        self.node(ExprKind::Lock { targets, limit, body }, at, height, true)
    }

    fn scope(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut limit = Limit::default();
        let mut body = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::within => limit.within = self.limit_in_head(part),
                Rule::block => body = Some(self.block(part)),
                Rule::otherwise => {
                    limit.otherwise = self.limit_otherwise(part, limit.within.is_some())
                }
                _ => {}
            }
        }
        let body = body.unwrap_or(Block { statements: Vec::new(), span: at });
        let height = limit_height(&limit).max(block_height(&body));
        self.node(ExprKind::Scope { limit, body }, at, height, true)
    }

    fn limit_in_head(&mut self, pair: Pair<'_, Rule>) -> Option<Box<Expr>> {
        let expr = pair.into_inner().find(|p| p.as_rule() == Rule::expression)?;
        Some(Box::new(self.head(expr)))
    }

    /// The `else` of a time limit; without the limit there is nothing it could answer.
    fn limit_otherwise(&mut self, pair: Pair<'_, Rule>, limited: bool) -> Option<Block> {
        let at = span(&pair);
        if !limited {
            let word = Span { start: at.start, end: at.start + 4 };
            self.error(
                word,
                "this `else` has no `within`",
                "",
                "it runs when a time limit runs out: write `within 1s else { … }`",
            );
        }
        self.otherwise(pair)
    }

    fn select(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut arms: Vec<Arm> = Vec::new();
        for part in parts(pair) {
            if part.as_rule() == Rule::kw_select {
                continue;
            }
            let arm_span = span(&part);
            let arm = self.arm(part, arm_span);
            self.check_arm(&arm, &arms);
            arms.push(arm);
        }
        if arms.is_empty() {
            let help = "give it an arm: `recv q as x { … }`, `send q, x { … }`, `wait e { … }`, `join t { … }`";
            self.error(at, "an empty `select` would wait for ever", "", help);
        }
        let mut height = 0;
        for arm in &arms {
            height = height.max(block_height(&arm.body)).max(match &arm.on {
                ArmKind::Recv { queue: e, .. }
                | ArmKind::Wait { on: e }
                | ArmKind::Join { thread: e, .. }
                | ArmKind::After { delay: e } => e.height,
                ArmKind::Send { queue, value } => queue.height.max(value.height),
                ArmKind::Else => 0,
            });
        }
        self.node(ExprKind::Select(arms), at, height, true)
    }

    fn check_arm(&mut self, arm: &Arm, before: &[Arm]) {
        let head = Span { start: arm.span.start, end: arm.body.span.start };
        let has = |wanted: fn(&ArmKind) -> bool| before.iter().any(|arm| wanted(&arm.on));
        let is_after = |on: &ArmKind| matches!(on, ArmKind::After { .. });
        let is_else = |on: &ArmKind| matches!(on, ArmKind::Else);
        let message = match arm.on {
            ArmKind::After { .. } if has(is_after) => "a `select` has one `after` at most",
            ArmKind::Else if has(is_else) => "a `select` has one `else` at most",
            ArmKind::After { .. } if has(is_else) => "a `select` has `after` or `else`, not both",
            ArmKind::Else if has(is_after) => "a `select` has `after` or `else`, not both",
            _ => return,
        };
        self.error(head, message, "", "`after` waits so long, `else` does not wait at all");
    }

    fn arm(&mut self, pair: Pair<'_, Rule>, at: Span) -> Arm {
        let rule = pair.as_rule();
        let mut target = None;
        let mut value = None;
        let mut name = None;
        let mut body = Block { statements: Vec::new(), span: at };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::target => {
                    let expr = self.target(part);
                    self.check_head(&expr);
                    target = Some(expr);
                }
                Rule::expression => value = Some(self.head(part)),
                Rule::name => name = Some(self.ident(&part)),
                Rule::block => body = self.block(part),
                _ => {}
            }
        }
        let nothing = self.leaf(ExprKind::Nil, at);
        let target = target.unwrap_or_else(|| nothing.clone());
        let on = match rule {
            Rule::arm_recv => ArmKind::Recv { queue: target, name },
            Rule::arm_send => ArmKind::Send { queue: target, value: value.unwrap_or(nothing) },
            Rule::arm_wait => ArmKind::Wait { on: target },
            Rule::arm_join => ArmKind::Join { thread: target, name },
            Rule::arm_after => ArmKind::After { delay: value.unwrap_or(nothing) },
            _ => ArmKind::Else,
        };
        Arm { on, body, span: at }
    }

    fn operation(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let mut operator = OperationKind::Join;
        let mut operands = Vec::new();
        let mut until = None;
        let mut limit = Limit::default();
        let mut comma = None;
        for part in pair.into_inner() {
            let here = span(&part);
            match part.as_rule() {
                Rule::kw_join => operator = OperationKind::Join,
                Rule::any_word => operator = OperationKind::JoinAny,
                Rule::kw_acquire => operator = OperationKind::Acquire,
                Rule::kw_release => operator = OperationKind::Release,
                Rule::kw_wait => operator = OperationKind::Wait,
                Rule::kw_notify => operator = OperationKind::Notify,
                Rule::all_word => operator = OperationKind::NotifyAll,
                Rule::kw_barrier => operator = OperationKind::Barrier,
                Rule::kw_send => operator = OperationKind::Send,
                Rule::kw_recv => operator = OperationKind::Recv,
                Rule::target => operands.push(self.target(part)),
                Rule::expression => operands.push(self.expression(part)),
                Rule::comma => comma = Some(here),
                Rule::until => {
                    until = self.limit_expression(part);
                    if operator != OperationKind::Wait {
                        let help = "`wait c until …` waits for a condition to hold";
                        self.error(here, "only `wait` takes an `until`", "", help);
                    }
                }
                Rule::within => {
                    limit.within = self.limit_expression(part);
                    self.check_limited(operator, here);
                }
                Rule::otherwise => {
                    limit.otherwise = self.limit_otherwise(part, limit.within.is_some())
                }
                _ => {}
            }
        }
        self.check_operands(operator, operands.len(), comma, at);
        let limits = until.as_deref().into_iter().chain(limit.within.as_deref());
        let (height, has_block) = measure(operands.iter().chain(limits));
        let height = height.max(limit_height(&limit));
        let has_block = has_block || limit.otherwise.is_some();
        let operation = Operation { operator, operands, until, limit };
        self.node(ExprKind::Operation(operation), at, height, has_block)
    }

    fn limit_expression(&mut self, pair: Pair<'_, Rule>) -> Option<Box<Expr>> {
        let expr = pair.into_inner().find(|p| p.as_rule() == Rule::expression)?;
        Some(Box::new(self.expression(expr)))
    }

    fn check_limited(&mut self, operator: OperationKind, at: Span) {
        if matches!(
            operator,
            OperationKind::Release | OperationKind::Notify | OperationKind::NotifyAll
        ) {
            let message = format!("`{}` never waits, so it takes no `within`", operator.word());
            self.error(at, message, "", "leave it out");
        }
    }

    fn check_operands(
        &mut self,
        operator: OperationKind,
        count: usize,
        comma: Option<Span>,
        at: Span,
    ) {
        let word = operator.word();
        let most = match operator {
            OperationKind::Join => usize::MAX,
            OperationKind::Acquire
            | OperationKind::Release
            | OperationKind::Notify
            | OperationKind::Send => 2,
            _ => 1,
        };
        if let Some(comma) = comma.filter(|_| count > most) {
            let message = if most == 1 {
                format!("`{word}` takes one operand")
            } else {
                format!("`{word}` takes two operands at most")
            };
            let help = match operator {
                OperationKind::JoinAny => "write `join any [a, b]`",
                OperationKind::Wait => "`select` waits for the first of several",
                _ => {
                    "put the whole operation in parentheses if the comma belongs to something else"
                }
            };
            self.error(comma, message, "", help);
        }
        if operator == OperationKind::Send && count < 2 {
            let help = "write `send q, x`; where commas part other things, `(send q, x)`";
            self.error(at, "`send` needs a queue and a value", "", help);
        }
    }
}

fn work_height(work: &Work) -> u32 {
    match work {
        Work::Block(function) => block_height(&function.body),
        Work::Call(call, _) => measure(call_parts(call)).0,
    }
}

fn work_has_block(work: &Work) -> bool {
    match work {
        Work::Block(_) => false,
        Work::Call(call, _) => measure(call_parts(call)).1,
    }
}

fn call_parts(call: &Call) -> impl Iterator<Item = &Expr> {
    call.arguments.iter().map(|argument| &argument.value).chain([&*call.callee])
}

fn limit_height(limit: &Limit) -> u32 {
    let within = limit.within.as_ref().map_or(0, |e| e.height);
    within.max(limit.otherwise.as_ref().map_or(0, block_height))
}
