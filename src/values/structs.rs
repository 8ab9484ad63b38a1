//! Struct types and their instances.

use super::guard::{Guard, Slot, read_shared};
use super::heap::{Plain, Ref, Tail, TailParts, publish};
use super::{Closure, Value};
use crate::resolve::Parameters;
use rustc_hash::FxHashMap;

/// A name's number: the same for the same name, in one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// What a name is in a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A field, by its slot.
    Field(u16),
    /// A method, by its place among the methods.
    Method(u16),
}

/// A struct.
pub struct StructType {
    /// Tells it apart from all others of the program.
    pub id: u32,
    /// Its name.
    pub name: Box<str>,
    /// Its fields, in order.
    pub fields: Parameters,
    /// The function that fills in an instance.
    pub maker: Ref<Closure>,
    /// Its methods.
    pub methods: Vec<(Box<str>, Ref<Closure>)>,
    /// Its fields and methods by name.
    pub members: FxHashMap<Symbol, Member>,
}

impl Plain for StructType {
    fn take_children(&mut self, _: &mut Vec<Value>) {}

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&Value::from(self.maker.clone()));
        for (_, method) in &self.methods {
            visit(&Value::from(method.clone()));
        }
    }
}

/// An instance: its fields' values behind the head.
pub type Instance = Tail<InstanceHead, Slot>;

/// What stands before an instance's fields.
pub struct InstanceHead {
    /// The struct it is of.
    pub structure: Ref<StructType>,
    guard: Guard,
}

impl TailParts<Slot> for InstanceHead {
    fn take_children(&mut self, row: &mut [Slot], out: &mut Vec<Value>) {
        out.extend(row.iter().map(|slot| slot.replace(Value::NIL)).filter(Value::is_heap));
    }

    fn visit_children(&self, row: &[Slot], visit: &mut dyn FnMut(&Value)) {
        visit(&Value::from(self.structure.clone()));
        for slot in row {
            slot.peek(|value| visit(value));
        }
    }
}

impl Instance {
    /// An instance whose fields are not set yet.
    #[must_use]
    #[allow(clippy::new_ret_no_self)]
    pub fn new(structure: &Ref<StructType>) -> Ref<Instance> {
        let head = InstanceHead { structure: structure.clone(), guard: Guard::new() };
        let made = Ref::with_items(head, structure.fields.list.len(), |_| Slot::new(Value::NIL));
        made.unwrap_or_else(|| {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<InstanceHead>())
        })
    }
}

impl Ref<Instance> {
    /// The value of the field at `slot`, which the struct must have.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, slot: usize) -> Value {
        let field = &self.row()[slot];
        if self.is_shared() { read_shared(&self.head.guard, field) } else { field.get() }
    }

    /// Sets the field at `slot`, which the struct must have.
    #[inline(always)]
    pub fn set(&self, slot: usize, value: Value) {
        let field = &self.row()[slot];
        if self.is_shared() {
            publish(&value);
            let held = self.head.guard.lock();
            let old = field.replace(value);
            drop(held);
            drop(old);
        } else {
            drop(field.replace(value));
        }
    }
}
