//! What an instruction reads and writes that other threads can come to: under control, the machine asks before.
//!
//! Here is the whole list, instruction by instruction; the run loop does none of these by itself under control.
//! It must not miss any: what is not asked for, an exploration takes for one thread's own.

use super::machine::{Flow, Machine};
use super::request::{Access, Part, Request};
use crate::bytecode::{Instruction, Op};
use crate::values::{Member, Method, Ref, Value, View};

/// Methods of lists, maps and atomics that change nothing. All others are taken for writes.
const READERS: [&str; 17] = [
    "len", "copy", "slice", "get", "keys", "values", "items", "map", "filter", "reduce", "any",
    "all", "index", "contains", "count", "join", "waiting",
];

/// Of those, the ones that look into what the items hold.
const DEEP_READERS: [&str; 4] = ["index", "contains", "count", "join"];

/// Built-in functions that look at a list or map alone, not into its items.
const SHALLOW: [&str; 4] = ["len", "list", "zip", "type"];

impl Machine {
    /// Under control, asks before an instruction that touches something shared; the instruction is then run
    /// again.
    pub(super) fn ask_to_touch(&mut self, i: Instruction) -> Option<Flow> {
        if std::mem::take(&mut self.granted) {
            return None;
        }
        let mut touched = Touched::default();
        self.touched(i, &mut touched);
        let request = touched.request()?;
        self.granted = true;
        if let Some(frame) = self.frames.last_mut() {
            frame.go_to(frame.running());
        }
        Some(self.ask(request))
    }

    /// Whether a global that never changes once set may be set while others look.
    pub(super) fn may_change(global: &Value) -> bool {
        matches!(global.view(), View::Cell(cell) if cell.may_change())
    }

    /// Under control, asks before something is called from outside of the script's code, if that touches
    /// something shared.
    pub(super) fn ask_to_call(&mut self, callee: &Value) -> Option<Flow> {
        if std::mem::take(&mut self.granted) {
            return None;
        }
        let mut touched = Touched::default();
        self.called_bound(callee, &mut touched);
        let request = touched.request()?;
        self.granted = true;
        Some(self.ask(request))
    }

    fn touched(&self, i: Instruction, all: &mut Touched) {
        let c = i.c();
        match i.op() {
            Op::GetGlobal | Op::ChangeGlobal => all.cell(self.constant(c), false),
            Op::SetGlobal | Op::InitGlobal => all.cell(self.constant(c), true),
            Op::GetCell | Op::ChangeCell => all.cell(self.reg(i.b()), false),
            Op::SetCell => all.cell(self.reg(i.a()), true),
            Op::GetOwn => all.field(self.reg(i.b()), c, false),
            Op::SetOwn | Op::InitOwn => all.field(self.reg(i.a()), c, true),
            Op::GetField => self.member(self.reg(i.b()), c, false, all),
            Op::SetField => self.member(self.reg(i.a()), c, true, all),
            Op::Index => all.item(self.reg(i.b()), self.reg(c), false),
            Op::SetIndex => all.item(self.reg(i.a()), self.reg(i.b()), true),
            Op::Slice | Op::Unpack | Op::Iterate => all.whole(self.reg(i.b()), false),
            Op::In | Op::NotIn => all.deep(self.reg(c)),
            Op::BuildStr => self.row(i.b(), c).iter().for_each(|value| all.deep(value)),
            Op::Format | Op::Not | Op::Neg | Op::Invert => all.deep(self.reg(i.b())),
            Op::Add | Op::Mul | Op::Sub | Op::Div | Op::FloorDiv | Op::Mod => {
                all.whole(self.reg(i.b()), false);
                all.whole(self.reg(c), false);
            }
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                all.pair(self.reg(i.b()), self.reg(c));
            }
            Op::JumpEq
            | Op::JumpNe
            | Op::JumpLt
            | Op::JumpNotLt
            | Op::JumpLe
            | Op::JumpNotLe
            | Op::JumpGt
            | Op::JumpNotGt
            | Op::JumpGe
            | Op::JumpNotGe => all.pair(self.reg(i.a()), self.reg(i.b())),
            Op::Call => self.called_bound(self.reg(i.b()), all),
            Op::CallBuiltin => self.builtin_call(i, all),
            Op::CallMethod => self.method_call(i, all),
            Op::Ask => {
                // The list of handles that a `join` waits for.
                if let View::List(_) = self.reg(i.b()).view() {
                    all.whole(self.reg(i.b()), false);
                }
            }
            _ => {}
        }
    }

    /// The member that a site names.
    fn member(&self, of: &Value, site: usize, write: bool, all: &mut Touched) {
        let site = &self.code.sites[site];
        match of.view() {
            View::Instance(instance) => {
                if let Some(Member::Field(slot)) = instance.head.structure.members.get(&site.symbol)
                {
                    all.field(of, usize::from(*slot), write);
                }
            }
            View::Module(module) => {
                let member = module.members.iter().find(|(name, _)| **name == *site.name);
                if let Some((_, cell)) = member {
                    all.cell(cell, write);
                }
            }
            _ => {}
        }
    }

    fn builtin_call(&self, i: Instruction, all: &mut Touched) {
        let Some(frame) = self.frames.last() else { return };
        let extra = self.code.instructions[frame.pc()];
        let name = self.program.builtins.functions[i.c()].name;
        for value in self.row(i.b(), usize::from(extra.a())) {
            if name == "shuffle" {
                all.whole(value, true);
            } else if SHALLOW.contains(&name) {
                all.whole(value, false);
            } else {
                all.deep(value);
            }
        }
    }

    fn method_call(&self, i: Instruction, all: &mut Touched) {
        let Some(frame) = self.frames.last() else { return };
        let extra = self.code.instructions[frame.pc()];
        let site = usize::from(extra.b());
        let receiver = self.reg(i.b());
        match receiver.view() {
            View::Instance(_) | View::Module(_) => self.member(receiver, site, false, all),
            View::Atomic(_)
                if &*self.code.sites[site].name == "compare_swap"
                    && extra.a() == 2
                    && extra.c() == 0 =>
            {
                if receiver.is_shared_container() {
                    all.add(receiver, Part::Swap(self.reg(i.c() + 1).clone()), true);
                }
            }
            _ => all.method(receiver, &self.code.sites[site].name),
        }
        if i.c() + 1 + usize::from(extra.a()) <= usize::from(self.code.registers) {
            for argument in self.row(i.c() + 1, usize::from(extra.a())) {
                // A list that is gone over, or compared with the items.
                if matches!(receiver.view(), View::List(_) | View::Map(_) | View::Str(_)) {
                    all.whole(argument, false);
                }
            }
        }
    }

    /// A built-in method that was taken as a value.
    fn called_bound(&self, callee: &Value, all: &mut Touched) {
        if let View::Bound(bound) = callee.view()
            && let Method::Builtin(number) = &bound.method
        {
            all.method(&bound.receiver, self.program.builtins.methods[*number as usize].name);
        }
    }
}

/// What an instruction touches.
#[derive(Default)]
struct Touched {
    first: Option<Access>,
    more: Vec<Access>,
}

impl Touched {
    fn request(mut self) -> Option<Request> {
        let first = self.first?;
        if self.more.is_empty() {
            return Some(Request::Access(first));
        }
        self.more.push(first);
        Some(Request::Accesses(self.more))
    }

    fn add(&mut self, of: &Value, part: Part, write: bool) {
        let access = Access { of: of.clone(), part, write };
        if self.first.is_none() {
            self.first = Some(access);
        } else {
            self.more.push(access);
        }
    }

    fn cell(&mut self, cell: &Value, write: bool) {
        if matches!(cell.view(), View::Cell(cell) if cell.is_shared()) {
            self.add(cell, Part::Slot(0), write);
        }
    }

    fn field(&mut self, instance: &Value, slot: usize, write: bool) {
        if instance.is_shared_container() {
            self.add(instance, Part::Slot(slot as u32), write);
        }
    }

    fn item(&mut self, of: &Value, index: &Value, write: bool) {
        if of.is_shared_container() {
            self.add(of, Part::Item(index.clone()), write);
        }
    }

    fn whole(&mut self, of: &Value, write: bool) {
        if of.is_shared_container() && !matches!(of.view(), View::Instance(_)) {
            self.add(of, Part::Whole, write);
        }
    }

    /// All that can be reached from a value. Only something that was shared before can hold something shared
    /// that changes, or a list of this thread's own.
    fn deep(&mut self, of: &Value) {
        if matches!(of.view(), View::List(_) | View::Map(_) | View::Instance(_)) {
            self.add(of, Part::Deep, false);
        }
    }

    /// Two values that are compared by what they hold.
    fn pair(&mut self, a: &Value, b: &Value) {
        let holds = |value: &Value| matches!(value.view(), View::List(_) | View::Map(_));
        if holds(a) && holds(b) {
            self.deep(a);
            self.deep(b);
        }
    }

    fn method(&mut self, receiver: &Value, name: &str) {
        if !matches!(receiver.view(), View::List(_) | View::Map(_) | View::Atomic(_)) {
            return;
        }
        if DEEP_READERS.contains(&name) {
            self.deep(receiver);
        } else {
            self.whole(receiver, !READERS.contains(&name));
        }
    }
}

/// Something shared that holds others, or a variable.
impl Access {
    /// What tells the object apart from others that are alive.
    #[must_use]
    pub fn address(&self) -> usize {
        self.of.number() as usize
    }

    /// What may be touched with it, if it is all that can be reached: each shared list, map or instance once.
    #[must_use]
    pub fn reached(&self) -> Vec<Value> {
        let mut reached: Vec<Value> = Vec::new();
        let mut pending = vec![self.of.clone()];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(value) = pending.pop() {
            if !matches!(value.view(), View::List(_) | View::Map(_) | View::Instance(_))
                || !seen.insert(value.number())
            {
                continue;
            }
            match value.view() {
                View::List(list) => pending.extend(list.to_vec()),
                View::Map(map) => {
                    pending.extend(map.to_vec().into_iter().flat_map(|(k, v)| [k, v]))
                }
                View::Instance(instance) => pending.extend(fields(instance)),
                _ => {}
            }
            if value.is_shared_container() {
                reached.push(value);
            }
        }
        reached
    }
}

fn fields(instance: &Ref<crate::values::Instance>) -> impl Iterator<Item = Value> + '_ {
    (0..instance.head.structure.fields.list.len()).map(|slot| instance.get(slot))
}
