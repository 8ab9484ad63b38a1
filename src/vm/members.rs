//! Fields and methods by name.

use super::TypeKey;
use super::call::{Arguments, Called};
use super::foreign_members::foreign_member;
use super::machine::{Flow, Machine};
use super::operators;
use crate::bytecode::Instruction;
use crate::diagnostics::nearest;
use crate::values::{
    BoundMethod, ErrorKind, Fault, Instance, Member, Method, Module, Ref, Site, Value, View,
    type_name,
};
use std::sync::atomic::Ordering;

/// The slot of the field that a site names, if the instance has it; the site remembers it.
pub(super) fn slot_of(instance: &Ref<Instance>, site: &Site) -> Option<usize> {
    let structure = &instance.head.structure;
    match structure.members.get(&site.symbol) {
        Some(Member::Field(slot)) => {
            site.cache.store(u64::from(structure.id) << 32 | u64::from(*slot), Ordering::Relaxed);
            Some(usize::from(*slot))
        }
        _ => None,
    }
}

/// The slot of a field that is to be set.
pub(super) fn slot_to_set(instance: &Ref<Instance>, site: &Site) -> Result<usize, Fault> {
    if let Some(slot) = slot_of(instance, site) {
        return Ok(slot);
    }
    let structure = &instance.head.structure;
    if structure.members.contains_key(&site.symbol) {
        let message =
            format!("`{}` is a method of {} and cannot be assigned", site.name, structure.name);
        return Err(Fault::new(ErrorKind::FieldError, message));
    }
    Err(no_such_member(instance, &site.name))
}

/// The error for setting a field of something that is no instance.
pub(super) fn cannot_be_set(of: &Value, site: &Site) -> Fault {
    let what = type_name(of);
    Fault::new(
        ErrorKind::FieldError,
        format!("`{}` cannot be assigned: {what} has no fields to set", site.name),
    )
}

fn no_such_member(instance: &Ref<Instance>, name: &str) -> Fault {
    let structure = &instance.head.structure;
    let fields = structure.fields.list.iter().map(|field| &*field.name);
    let known: Vec<&str> =
        fields.chain(structure.methods.iter().map(|(name, _)| &**name)).collect();
    operators::no_member(&structure.name, name, alike(name, &known))
}

/// A hint at the member that is spelt most alike.
fn alike(name: &str, known: &[&str]) -> Option<String> {
    let meant = nearest(name, known.iter().copied())?;
    Some(format!("did you mean `{meant}`?"))
}

fn bound(of: &Value, name: &str, method: Method) -> Value {
    Ref::new(BoundMethod { receiver: of.clone(), name: name.into(), method }).into()
}

fn module_member(module: &Module, name: &str) -> Result<Value, Fault> {
    let member =
        module.members.iter().find(|(known, _)| **known == *name).map(|(_, member)| member);
    let member = member.ok_or_else(|| {
        let known: Vec<&str> = module.members.iter().map(|(known, _)| &**known).collect();
        operators::no_member(&format!("module {}", module.name), name, alike(name, &known))
    })?;
    match member.view() {
        View::Cell(cell) => {
            let value = cell.get();
            if value.is_unset() {
                return Err(Fault::new(ErrorKind::NameError, format!("`{name}` is not set yet")));
            }
            Ok(value)
        }
        _ => Ok(member.clone()),
    }
}

impl Machine {
    /// Reads a member that is not an instance's field.
    pub(super) fn get_member(&mut self, of: &Value, site: &Site, to: u16) -> Result<Called, Fault> {
        match of.view() {
            View::Instance(instance) => {
                let structure = &instance.head.structure;
                let Some(Member::Method(at)) = structure.members.get(&site.symbol) else {
                    return Err(no_such_member(instance, &site.name));
                };
                let (name, method) = &structure.methods[usize::from(*at)];
                return Ok(Called::Value(bound(of, name, Method::Script(method.clone()))));
            }
            View::Module(module) => return module_member(module, &site.name).map(Called::Value),
            _ => {}
        }
        let number = self.builtin_member(of, site)?;
        let program = self.program.clone();
        let method = &program.builtins.methods[number as usize];
        if method.parameters.is_some() {
            return Ok(Called::Value(bound(of, &site.name, Method::Builtin(number))));
        }
        let result = self.with_context(|context| (method.body)(context, of, &[]));
        let above = self.above();
        self.take_result(result, above, to)
    }

    fn builtin_member(&self, of: &Value, site: &Site) -> Result<u32, Fault> {
        let key = TypeKey::of(of);
        self.program.method(key, site.symbol).ok_or_else(|| {
            let (of, name) = (type_name(of), &site.name);
            let entry = || (of == "map").then(|| format!("an entry is `m[\"{name}\"]`"));
            let hint = foreign_member(&of, name)
                .map(str::to_owned)
                .or_else(|| alike(name, &self.program.member_names(key)))
                .or_else(entry);
            operators::no_member(&of, name, hint)
        })
    }

    /// Calls a member. The row of registers for it begins at `base`: one that is free, then the arguments'.
    pub(super) fn call_member(
        &mut self,
        of: &Value,
        site: &Site,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        match of.view() {
            View::Instance(instance) => {
                let structure = &instance.head.structure;
                return match structure.members.get(&site.symbol) {
                    Some(Member::Method(at)) => {
                        site.cache.store(
                            u64::from(structure.id) << 32 | u64::from(*at),
                            Ordering::Relaxed,
                        );
                        let (name, method) = &structure.methods[usize::from(*at)];
                        let method = Method::Script(method.clone());
                        let bound =
                            BoundMethod { receiver: of.clone(), name: name.clone(), method };
                        self.call_bound(&bound, base, to, arguments)
                    }
                    Some(Member::Field(slot)) => {
                        self.call_kept(instance.get(usize::from(*slot)), base, to, arguments)
                    }
                    None => Err(no_such_member(instance, &site.name)),
                };
            }
            View::Module(module) => {
                let member = module_member(module, &site.name)?;
                return self.call_kept(member, base, to, arguments);
            }
            _ => {}
        }
        let number = self.builtin_member(of, site)?;
        let key = TypeKey::of(of);
        site.cache.store(u64::from(key.0) << 32 | u64::from(number), Ordering::Relaxed);
        if self.program.builtins.methods[number as usize].parameters.is_none() {
            return Err(Fault::type_error(format!(
                "`{}` is not a method: leave the parentheses out",
                site.name
            )));
        }
        let above = self.above();
        self.call_method_body(number, of, above, to, arguments)
    }

    /// Calls a value that no register holds: it is kept in the free register of the row, below the callee's.
    fn call_kept(
        &mut self,
        callee: Value,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        self.reserve(base, 1)?;
        self.stack[base] = callee.clone();
        self.call_value(&callee, base + 1, to, arguments)
    }

    /// Where the registers above the topmost frame's begin.
    fn above(&self) -> usize {
        self.frames.last().map_or(0, |frame| {
            frame.base as usize + frame.code.map_or(0, |code| usize::from(code.registers))
        })
    }
}

impl Machine {
    pub(super) fn step_get_field(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let of = self.reg(i.b()).clone();
        let site = &self.code.sites[i.c()];
        if let View::Instance(instance) = of.view()
            && let Some(slot) = slot_of(instance, site)
        {
            return Ok(self.set(i.a(), instance.get(slot)));
        }
        let called = self.get_member(&of, site, i.a());
        self.called(called, i.a())
    }

    pub(super) fn step_set_field(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let site = &self.code.sites[i.c()];
        let View::Instance(instance) = self.reg(i.a()).view() else {
            return Err(cannot_be_set(self.reg(i.a()), site));
        };
        let instance = instance.clone();
        let slot = slot_to_set(&instance, site)?;
        let value = self.reg(i.b()).clone();
        operators::bind_name(&value, &site.name);
        instance.set(slot, value);
        Ok(Flow::Run)
    }
}
