//! The instructions that call, close over variables, and import, in full: see [`super::step`].

use super::TypeKey;
use super::builtin::check_room;
use super::call::Arguments;
use super::machine::{Flow, Machine};
use super::step::instance;
use crate::bytecode::{CaptureSource, Constant, Instruction};
use crate::values::{Closure, Code, Fault, Ref, StructType, Value};

impl Machine {
    /// Runs a built-in function on a row of registers.
    pub(super) fn with_row<R>(
        &mut self,
        first: usize,
        count: usize,
        body: impl FnOnce(&mut super::Context<'_>, &[Value]) -> R,
    ) -> R {
        let Machine { program, locals, frames, stack, .. } = self;
        let place =
            || super::trace::place_of(frames).expect("a built-in function is called from a script");
        body(&mut super::Context { program, locals, place: &place }, &stack[first..first + count])
    }

    /// Moves the arguments of a call out of their registers, with their names.
    fn take_arguments(&mut self, first: usize, extra: Instruction) -> Arguments {
        let first = self.base() + first;
        let values = self.stack[first..first + usize::from(extra.a())]
            .iter_mut()
            .map(std::mem::take)
            .collect();
        let names = match extra.c().checked_sub(1).map(|names| &self.code.plain[names]) {
            Some(Constant::Names(names)) => names
                .iter()
                .map(|name| Some(name.to_string()).filter(|name| !name.is_empty()))
                .collect(),
            _ => Vec::new(),
        };
        Arguments { values, names, bound: false }
    }

    pub(super) fn step_call(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let extra = self.extra();
        // The callee's own register keeps it alive: nothing writes that during the call.
        let callee = self.reg(i.b()).clone();
        let arguments = self.take_arguments(i.c(), extra);
        let called = self.call_value(&callee, self.base() + i.c(), i.a(), arguments);
        self.called(called, i.a())
    }

    pub(super) fn step_call_method(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let extra = self.extra();
        self.call_method_row(i, extra)
    }

    /// Calls a built-in function, whose arguments were put in order when this was compiled.
    #[inline(never)]
    pub(super) fn call_builtin_row(
        &mut self,
        i: Instruction,
        extra: Instruction,
    ) -> Result<Flow, Fault> {
        let body = self.program.builtins.functions[i.c()].body;
        let first = self.base() + usize::from(i.b());
        check_room(&self.stack[first..first + usize::from(extra.a())])?;
        let result = self.with_row(first, usize::from(extra.a()), body);
        self.result(result, i.a())
    }

    /// Calls a method, after the instruction's second word was passed over.
    #[inline(never)]
    pub(super) fn call_method_row(
        &mut self,
        i: Instruction,
        extra: Instruction,
    ) -> Result<Flow, Fault> {
        let site = &self.code.sites[usize::from(extra.b())];
        let base = self.base();
        let (receiver, count) = (base + usize::from(i.b()), usize::from(extra.a()));
        // A method of a built-in type that was found here before, with as many arguments as it takes.
        let key = TypeKey::of(&self.stack[receiver]);
        let cache = site.cache.load(std::sync::atomic::Ordering::Relaxed);
        if extra.c() == 0 && cache >> 32 == u64::from(key.0) && cache != 0 {
            let method = &self.program.builtins.methods[(cache & 0xffff_ffff) as usize];
            let parameters = method.parameters.as_ref();
            if parameters.is_some_and(|p| !p.variadic && p.list.len() == count) {
                let body = method.body;
                let first = base + i.c() + 1;
                check_room(&self.stack[receiver..=receiver])?;
                let Machine { program, locals, frames, stack, .. } = self;
                let place =
                    || super::trace::place_of(frames).expect("a method is called from a script");
                let context = &mut super::Context { program, locals, place: &place };
                let result = body(context, &stack[receiver], &stack[first..first + count]);
                return self.result(result, i.a());
            }
        }
        let receiver = self.reg(i.b()).clone();
        let arguments = self.take_arguments(i.c() + 1, extra);
        let called = self.call_member(&receiver, site, base + i.c(), i.a(), arguments);
        self.called(called, i.a())
    }

    pub(super) fn import(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let Constant::Module(unit) = &self.code.plain[i.c()] else {
            unreachable!("an import is of a module")
        };
        if let Some(module) = self.program.begin_import(*unit) {
            let base = self.base() + usize::from(self.code.registers);
            self.check_depth()?;
            self.reserve(base, usize::from(module.registers).max(1))?;
            // Its result is nil; it goes to a register that its own frame has left.
            let to = self.code.registers;
            self.push_frame(module, std::ptr::null_mut(), base, to);
        }
        Ok(Flow::Run)
    }

    /// The values that a closure of `code`, made in this frame, captures.
    pub(super) fn capture(&self, code: &Code) -> Vec<Value> {
        let captured = code.captures.iter().map(|source| match source {
            CaptureSource::Register(register) => self.reg(*register).clone(),
            CaptureSource::OwnStruct => instance(self.reg(0_usize)).head.structure.clone().into(),
        });
        captured.collect()
    }

    /// A struct whose methods capture variables of this frame.
    pub(super) fn new_struct(&self, template: &Ref<StructType>) -> Ref<StructType> {
        let close = |closure: &Ref<Closure>| {
            Closure::new(closure.head.callee, self.capture(closure.code()))
        };
        Ref::new(StructType {
            id: self.program.next_struct(),
            name: template.name.clone(),
            fields: template.fields.clone(),
            maker: close(&template.maker),
            methods: template
                .methods
                .iter()
                .map(|(name, method)| (name.clone(), close(method)))
                .collect(),
            members: template.members.clone(),
        })
    }
}
