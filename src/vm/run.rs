//! The run loop: the common cases of the common instructions. All else is left to [`Machine::step`].
//!
//! # Unsafe code
//!
//! The loop reads instructions, registers, constants and sites by pointer, without bounds checks. It may:
//! - Code has passed `bytecode::verify` and the checks of `link`: operands are within the function's
//!   registers, constants, callees and sites, rows of registers end within the registers, jumps land on
//!   instructions, and the code does not run off its end.
//! - A frame is pushed only after the stack was made large enough for its registers, and the pointer to them
//!   is taken anew after everything that could move the stack (`reload`).
//! - A borrowed register (see `bytecode::Function::borrowed`) holds a value without owning its count. Only the
//!   instructions that borrow write it, which `verify` checks, and a frame that is left overwrites it without
//!   giving a count back. What is borrowed outlives the frame: a closure's captures, since the caller holds
//!   the closure in a register that it does not write during the call; a global that is a `let`, since it
//!   never changes once set.
//! - Registers above the topmost frame hold nothing on the heap (see [`Machine`]), so a callee's need not be
//!   cleared before they are used. Those that it has in common with its caller, above its arguments, may hold what
//!   was left when the arguments were worked out: the caller's, which drops it when it is left. Only where the callee
//!   borrows, that must be dropped first.
//!
//! # Shape
//!
//! The instruction pointer and the pointer to the registers stay in the processor's registers only as long as
//! this function is small, so what is rare or long is a call: to `step` for a whole instruction, after the
//! frame was brought up to date.
//!
//! The cases end alike, and the compiler would merge their ends: that saves room, and costs each instruction a
//! jump or two. A comment for the assembler, another one for each case, keeps them apart. Measured: a tenth less
//! time for arithmetic on floats, and it no longer depends on where the cases happen to lie.

use super::machine::{Flow, Frame, Machine, Pending};
use super::request::{Access, Part, Pause, Request};
use super::trace::site_of;
use crate::bytecode::{Instruction, Op};
use crate::primitives::{Hold, Lock, RLock, word};

use crate::values::{
    Cell, Closure, Code, Instance, IterState, List, Object, ObjectKind, Ref, StructType, Value,
    floor_mod, tag,
};
#[cfg(not(miri))]
use std::arch::asm;
use std::sync::atomic::Ordering;

/// Whether a machine reads and writes what is shared by itself, or asks before each access.
pub trait Mode {
    /// Whether it asks.
    const CONTROLLED: bool;
}

/// On real threads: it does not ask.
pub struct Free;

/// Under a controlled scheduler: it asks.
pub struct Controlled;

impl Mode for Free {
    const CONTROLLED: bool = false;
}

impl Mode for Controlled {
    const CONTROLLED: bool = true;
}

/// Writes a register, and drops what was there.
///
/// # Safety
///
/// `slot` points to an owned register.
#[inline(always)]
unsafe fn put(slot: *mut Value, value: Value) {
    // As words: a value that is still to be dropped would be kept in memory, in case dropping the other fails.
    let (tag, bits) = value.into_words();
    // SAFETY: the caller's; the words go to the register.
    unsafe {
        if (*slot).is_heap() {
            drop_register(slot);
        }
        slot.write(Value::from_words(tag, bits));
    }
}

/// Drops what a register holds.
///
/// # Safety
///
/// `slot` points to an owned register.
#[cold]
#[inline(never)]
unsafe fn drop_register(slot: *mut Value) {
    // SAFETY: the caller's. The register is made harmless first, as dropping may run anything.
    drop(unsafe { slot.replace(Value::NIL) });
}

impl Machine {
    /// Runs the topmost frame until something must be asked, the machine is done, or its fuel is used up.
    #[inline(never)]
    pub(super) fn run<M: Mode>(&mut self) {
        // What was left is used up first, so that a loop of requests comes to its end too.
        if self.fuel < 0 {
            self.fuel = i64::from(self.limits.fuel);
        }
        let mut pc: *const Instruction;
        let mut r: *mut Value;

        // Keeps the end of a case apart from those of other cases: see the top of this file.
        macro_rules! apart {
            () => {
                #[cfg(not(miri))]
                // SAFETY: it is a comment.
                unsafe {
                    asm!("/* {} */", const line!(), options(nomem, nostack, preserves_flags));
                }
            };
        }
        // Takes up the topmost frame.
        macro_rules! reload {
            () => {{
                let Some(Frame { code: Some(top), next, base, .. }) = self.frames.last() else {
                    unreachable!("the topmost frame runs code")
                };
                self.code = *top;
                pc = *next;
                // SAFETY: the frame's registers are on the stack.
                r = unsafe { self.stack.as_mut_ptr().add(*base as usize) };
            }};
        }
        // Notes in the topmost frame how far it has come.
        macro_rules! save {
            () => {{
                // SAFETY: there is a topmost frame.
                unsafe {
                    let top = self.frames.len() - 1;
                    self.frames.get_unchecked_mut(top).next = pc;
                }
            }};
        }
        macro_rules! reg {
            ($i:expr) => {
                // SAFETY: see the top of this file.
                (unsafe { &*r.add(usize::from($i)) })
            };
        }
        macro_rules! set {
            ($i:expr, $value:expr) => {{
                let value: Value = $value;
                self.owns |= value.tag();
                // SAFETY: see the top of this file.
                unsafe { put(r.add(usize::from($i)), value) }
                apart!();
            }};
        }
        // For a value that is not on the heap.
        macro_rules! set_scalar {
            ($i:expr, $value:expr) => {{
                let value: Value = $value;
                // SAFETY: see the top of this file.
                unsafe { put(r.add(usize::from($i)), value) }
                apart!();
            }};
        }
        macro_rules! constant {
            ($i:expr) => {
                // SAFETY: see the top of this file.
                (unsafe { self.code.constants.get_unchecked($i) }).get()
            };
        }
        macro_rules! follow {
            ($flow:expr) => {{
                match $flow {
                    Flow::Run => {
                        reload!();
                        continue;
                    }
                    Flow::Pause => return,
                }
            }};
        }
        // Leaves the instruction to `step`.
        macro_rules! step {
            ($i:expr) => {{
                save!();
                follow!(self.step::<M>($i))
            }};
        }
        // Does a whole instruction in a call of its own.
        macro_rules! call_out {
            ($done:expr) => {{
                save!();
                let done = $done;
                follow!(self.after(done))
            }};
        }
        macro_rules! tick {
            () => {{
                self.fuel -= 1;
                if self.fuel < 0 {
                    save!();
                    self.pending = Pending::Begin;
                    let _ = self.pause(Pause::OutOfFuel);
                    return;
                }
            }};
        }
        macro_rules! jump {
            ($i:expr) => {{
                let distance = $i.c_signed() as isize;
                // SAFETY: see the top of this file.
                pc = unsafe { pc.offset(distance) };
                if distance < 0 {
                    tick!();
                }
            }};
        }
        // The place of the instruction, as objects note it.
        macro_rules! here {
            () => {{
                // SAFETY: `pc` points into the code.
                let next = unsafe { pc.offset_from(self.code.instructions.as_ptr()) };
                site_of(self.code, next as usize - 1)
            }};
        }
        // Pushes a frame whose registers begin at `$base` of this one's.
        macro_rules! enter {
            ($callee:expr, $closure:expr, $base:expr, $to:expr) => {{
                let callee: &'static Code = $callee;
                // Not a reference: it may lie in a register, and those may move.
                let raw: *mut () = $closure;
                save!();
                // SAFETY: the row of arguments lies in this frame's registers.
                let base = unsafe { r.add($base).offset_from(self.stack.as_ptr()) } as usize;
                if self.frames.len() >= self.limits.depth || base + usize::from(callee.registers) > self.stack.len() {
                    if let Some(flow) = self.make_room(base, callee) {
                        follow!(flow);
                    }
                }
                pc = callee.instructions.as_ptr();
                let owns = self.owns as u8;
                self.frames.push(Frame { code: Some(callee), closure: raw, next: pc, base: base as u32, to: $to, owns });
                self.code = callee;
                // SAFETY: there is room for the frame's registers.
                r = unsafe { self.stack.as_mut_ptr().add(base) };
                if self.owns & tag::HEAP != 0 {
                    let first = usize::from(callee.arguments);
                    for at in first..first + usize::from(callee.borrowed) {
                        // SAFETY: see the top of this file.
                        unsafe { leave(r.add(at)) };
                    }
                }
                self.owns = 0;
                for at in 0..usize::from(callee.arguments) {
                    self.owns |= reg!(at).tag();
                }
                if !raw.is_null() {
                    // SAFETY: it is the pointer of a `Ref`, and the caller's register owns a count.
                    let closure = unsafe { Ref::<Closure>::borrow_raw(raw) };
                    for (i, captured) in closure.row().iter().enumerate() {
                        // SAFETY: the borrowed registers follow the arguments, and hold nothing on the heap now.
                        unsafe { r.add(usize::from(callee.arguments) + i).write(captured.alias()) };
                    }
                }
                tick!();
            }};
        }
        // `$of` is the tag of what makes a duration with a duration.
        macro_rules! arithmetic {
            ($i:expr, $y:expr, $checked:ident, $float:tt, $of:ident) => {{
                let (x, y) = (reg!($i.b()), $y);
                if x.tag() == tag::INT && y.tag() == tag::INT {
                    if let Some(n) = (x.number() as i64).$checked(y.number() as i64) {
                        set_scalar!($i.a(), Value::int(n));
                        continue;
                    }
                } else if x.tag() == tag::FLOAT && y.tag() == tag::FLOAT {
                    set_scalar!($i.a(), Value::float(x.float_bits() $float y.float_bits()));
                    continue;
                } else if x.tag() == tag::$of && y.tag() == tag::DURATION {
                    if let Some(n) = (x.number() as i64).$checked(y.number() as i64) {
                        set_scalar!($i.a(), Value::duration(n));
                        continue;
                    }
                }
                step!($i)
            }};
        }
        // Does the next two instructions, too: see `verify`.
        macro_rules! change {
            ($i:expr, $cell:expr) => {{
                // SAFETY: `verify` checks that they follow.
                let change = unsafe { *pc };
                let by = i64::from(change.c_signed());
                let by = if change.op() == Op::SubInt { -by } else { by };
                if $cell.change_int(by) {
                    // SAFETY: as above.
                    pc = unsafe { pc.add(2) };
                    apart!();
                    continue;
                }
                step!($i)
            }};
        }
        macro_rules! int_arithmetic {
            ($i:expr, $checked:ident) => {{
                let x = reg!($i.b());
                if x.tag() == tag::INT {
                    if let Some(n) = (x.number() as i64).$checked(i64::from($i.c_signed())) {
                        set_scalar!($i.a(), Value::int(n));
                        continue;
                    }
                }
                step!($i)
            }};
        }
        macro_rules! modulo {
            ($i:expr, $is_int:expr, $y:expr) => {{
                let x = reg!($i.b());
                if x.tag() == tag::INT && $is_int && $y > 0 {
                    set_scalar!($i.a(), Value::int(floor_mod(x.number() as i64, $y)));
                    continue;
                }
                step!($i)
            }};
            ($i:expr, $y:expr) => {{
                let y = $y;
                modulo!($i, y.tag() == tag::INT, (y.number() as i64))
            }};
        }
        macro_rules! floor_divide {
            ($i:expr, $y:expr) => {{
                let (x, y) = (reg!($i.b()), $y);
                if x.tag() == tag::INT && y.tag() == tag::INT && y.number() as i64 > 0 {
                    let (x, y) = (x.number() as i64, y.number() as i64);
                    set_scalar!($i.a(), Value::int(x / y - i64::from(x % y < 0)));
                    continue;
                }
                step!($i)
            }};
        }
        macro_rules! divide {
            ($i:expr, $y:expr) => {{
                let (x, y) = (reg!($i.b()), $y);
                if x.tag() == tag::FLOAT && y.tag() == tag::FLOAT && y.float_bits() != 0.0 {
                    set_scalar!($i.a(), Value::float(x.float_bits() / y.float_bits()));
                    continue;
                }
                step!($i)
            }};
        }
        macro_rules! comparison {
            ($i:expr, $sign:tt) => {{
                let (x, y) = (reg!($i.b()), reg!($i.c() as u16));
                if x.tag() == tag::INT && y.tag() == tag::INT {
                    set_scalar!($i.a(), Value::bool((x.number() as i64) $sign (y.number() as i64)));
                    continue;
                }
                step!($i)
            }};
        }
        // Takes a lock or a permit for a block, or gives it back, and goes on where the instruction says.
        macro_rules! lock {
            ($i:expr, $takes:literal) => {{
                let value = reg!($i.a());
                if value.tag() != tag::OBJECT {
                    step!($i);
                }
                // SAFETY: the tag tells the type.
                let object = unsafe { value.heap_ref::<Object>() };
                // The commonest case: a lock that is free is taken, or given back, and there is no line to look after.
                let now = object.word.load(Ordering::Relaxed);
                let held = Lock::held_by(self.thread, Hold::Block);
                let (from, to) = if $takes { (Lock::FREE, held) } else { (held, Lock::FREE) };
                let flags = now & !word::STATE;
                if object.kind == ObjectKind::Lock
                    && now == from | flags
                    && flags != word::WAITERS
                    && !($takes && self.attention.load(Ordering::Relaxed))
                    && object
                        .word
                        .compare_exchange(now, to | flags, Ordering::SeqCst, Ordering::Relaxed)
                        .is_ok()
                {
                    if $takes {
                        object.site.store(here!(), Ordering::Relaxed);
                    }
                } else if !self.change_word(object, $takes, here!()) {
                    step!($i);
                }
                // SAFETY: see the top of this file.
                pc = unsafe { pc.offset($i.c_signed() as isize) };
                apart!();
                continue;
            }};
        }
        // Jumps if the comparison comes out as wanted.
        macro_rules! jump_if {
            ($i:expr, $y:expr, $sign:tt, $wanted:expr) => {{
                let (x, y) = (reg!($i.a()), $y);
                if x.tag() == tag::INT && y.tag() == tag::INT {
                    if ((x.number() as i64) $sign (y.number() as i64)) == $wanted {
                        jump!($i);
                    }
                    continue;
                }
                if x.tag() == tag::FLOAT && y.tag() == tag::FLOAT {
                    if (x.float_bits() $sign y.float_bits()) == $wanted {
                        jump!($i);
                    }
                    continue;
                }
                step!($i)
            }};
        }
        macro_rules! jump_if_int {
            ($i:expr, $sign:tt, $wanted:expr) => {{
                let x = reg!($i.a());
                if x.tag() == tag::INT {
                    if ((x.number() as i64) $sign i64::from($i.b_signed())) == $wanted {
                        jump!($i);
                    }
                    continue;
                }
                step!($i)
            }};
        }

        reload!();
        // Where the instructions lie in the lines of the processor's cache is no matter of chance: when what each begins
        // with went over the end of a line, all that computes took up to a quarter longer. This puts the beginning of
        // the loop ten bytes behind that of a line (as `objdump -d` shows; the distance is from here to there).
        // SAFETY: it does nothing, and puts room here.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::asm!(
                ".p2align 6",
                ".skip 16, 0x90",
                options(nomem, nostack, preserves_flags)
            );
        }
        loop {
            // SAFETY: see the top of this file. By reference, so that each case loads the operands that it needs.
            let i = unsafe { &*pc };
            // SAFETY: as above.
            pc = unsafe { pc.add(1) };
            match i.op() {
                // ---- Values
                Op::Move => set!(i.a(), reg!(i.b()).clone()),
                Op::LoadInt => set_scalar!(i.a(), Value::int(i64::from(i.c_signed()))),
                Op::LoadConst => set!(i.a(), constant!(i.c()).clone()),
                Op::LoadNil => set_scalar!(i.a(), Value::NIL),
                Op::LoadTrue => set_scalar!(i.a(), Value::TRUE),
                Op::LoadFalse => set_scalar!(i.a(), Value::FALSE),
                Op::LoadUnset => set_scalar!(i.a(), Value::UNSET),
                // ---- Shared variables
                Op::GetGlobal if !M::CONTROLLED => {
                    let global = constant!(i.c());
                    // SAFETY: a global's constant is its cell, which `link` has put there.
                    let value = unsafe { global.heap_ref::<Cell>() }.get();
                    if value.is_unset() {
                        step!(i);
                    }
                    set!(i.a(), value);
                }
                Op::BorrowGlobal => {
                    let global = constant!(i.c());
                    if M::CONTROLLED
                        && Machine::may_change(global)
                        && !std::mem::take(&mut self.granted)
                    {
                        self.granted = true;
                        // SAFETY: the instruction is run again.
                        pc = unsafe { pc.sub(1) };
                        save!();
                        let of = global.clone();
                        let access = Access { of, part: Part::Slot(0), write: false };
                        let _ = self.ask(Request::Access(access));
                        return;
                    }
                    // SAFETY: as above. The global never changes once it is set; the alias is not dropped.
                    let value =
                        std::mem::ManuallyDrop::new(unsafe { global.heap_ref::<Cell>().alias() });
                    if value.is_unset() {
                        save!();
                        let fault = self.not_set();
                        follow!(self.raise_fault(&fault));
                    }
                    // SAFETY: a borrowed register is never dropped.
                    unsafe { r.add(usize::from(i.a())).write(value.alias()) };
                }
                Op::SetGlobal if !M::CONTROLLED => {
                    let global = constant!(i.c());
                    // SAFETY: as above.
                    unsafe { global.heap_ref::<Cell>() }.set(reg!(i.a()).clone());
                }
                Op::GetCell if !M::CONTROLLED => {
                    let cell = reg!(i.b());
                    // SAFETY: the compiler reads cells of registers that hold them.
                    let value = unsafe { cell.heap_ref::<Cell>() }.get();
                    set!(i.a(), value);
                }
                Op::SetCell if !M::CONTROLLED => {
                    let cell = reg!(i.a());
                    // SAFETY: as above.
                    unsafe { cell.heap_ref::<Cell>() }.set(reg!(i.b()).clone());
                }
                Op::ChangeGlobal if !M::CONTROLLED => {
                    let global = constant!(i.c());
                    // SAFETY: as above.
                    change!(i, unsafe { global.heap_ref::<Cell>() })
                }
                Op::ChangeCell if !M::CONTROLLED => {
                    let cell = reg!(i.b());
                    // SAFETY: as above.
                    change!(i, unsafe { cell.heap_ref::<Cell>() })
                }
                // ---- Arithmetic
                Op::Add => arithmetic!(i, reg!(i.c() as u16), checked_add, +, DURATION),
                Op::Sub => arithmetic!(i, reg!(i.c() as u16), checked_sub, -, DURATION),
                Op::Mul => arithmetic!(i, reg!(i.c() as u16), checked_mul, *, INT),
                Op::AddInt => int_arithmetic!(i, checked_add),
                Op::SubInt => int_arithmetic!(i, checked_sub),
                Op::MulInt => int_arithmetic!(i, checked_mul),
                Op::AddConst => arithmetic!(i, constant!(i.c()), checked_add, +, DURATION),
                Op::SubConst => arithmetic!(i, constant!(i.c()), checked_sub, -, DURATION),
                Op::MulConst => arithmetic!(i, constant!(i.c()), checked_mul, *, INT),
                Op::Div => divide!(i, reg!(i.c() as u16)),
                Op::DivConst => divide!(i, constant!(i.c())),
                Op::FloorDiv => floor_divide!(i, reg!(i.c() as u16)),
                Op::Mod => modulo!(i, reg!(i.c() as u16)),
                Op::ModInt => modulo!(i, true, i64::from(i.c_signed())),
                Op::ModConst => modulo!(i, constant!(i.c())),
                // ---- Comparison
                Op::Eq => comparison!(i, ==),
                Op::Ne => comparison!(i, !=),
                Op::Lt => comparison!(i, <),
                Op::Le => comparison!(i, <=),
                Op::Gt => comparison!(i, >),
                Op::Ge => comparison!(i, >=),
                // ---- Jumps
                Op::Jump => jump!(i),
                Op::JumpTrue | Op::JumpFalse => {
                    let value = reg!(i.a());
                    if value.tag() != tag::BOOL {
                        step!(i);
                    }
                    if (value.number() != 0) == (i.op() == Op::JumpTrue) {
                        jump!(i);
                    }
                }
                Op::JumpSet => {
                    if !reg!(i.a()).is_unset() {
                        jump!(i);
                    }
                }
                Op::JumpEq => jump_if!(i, reg!(i.b()), ==, true),
                Op::JumpNe => jump_if!(i, reg!(i.b()), ==, false),
                Op::JumpLt => jump_if!(i, reg!(i.b()), <, true),
                Op::JumpNotLt => jump_if!(i, reg!(i.b()), <, false),
                Op::JumpLe => jump_if!(i, reg!(i.b()), <=, true),
                Op::JumpNotLe => jump_if!(i, reg!(i.b()), <=, false),
                Op::JumpGt => jump_if!(i, reg!(i.b()), >, true),
                Op::JumpNotGt => jump_if!(i, reg!(i.b()), >, false),
                Op::JumpGe => jump_if!(i, reg!(i.b()), >=, true),
                Op::JumpNotGe => jump_if!(i, reg!(i.b()), >=, false),
                Op::JumpEqInt => jump_if_int!(i, ==, true),
                Op::JumpNeInt => jump_if_int!(i, ==, false),
                Op::JumpLtInt => jump_if_int!(i, <, true),
                Op::JumpNotLtInt => jump_if_int!(i, <, false),
                Op::JumpLeInt => jump_if_int!(i, <=, true),
                Op::JumpNotLeInt => jump_if_int!(i, <=, false),
                Op::JumpGtInt => jump_if_int!(i, >, true),
                Op::JumpNotGtInt => jump_if_int!(i, >, false),
                Op::JumpGeInt => jump_if_int!(i, >=, true),
                Op::JumpNotGeInt => jump_if_int!(i, >=, false),
                Op::JumpEqConst => jump_if!(i, constant!(usize::from(i.b())), ==, true),
                Op::JumpNeConst => jump_if!(i, constant!(usize::from(i.b())), ==, false),
                Op::JumpLtConst => jump_if!(i, constant!(usize::from(i.b())), <, true),
                Op::JumpNotLtConst => jump_if!(i, constant!(usize::from(i.b())), <, false),
                Op::JumpLeConst => jump_if!(i, constant!(usize::from(i.b())), <=, true),
                Op::JumpNotLeConst => jump_if!(i, constant!(usize::from(i.b())), <=, false),
                Op::JumpGtConst => jump_if!(i, constant!(usize::from(i.b())), >, true),
                Op::JumpNotGtConst => jump_if!(i, constant!(usize::from(i.b())), >, false),
                Op::JumpGeConst => jump_if!(i, constant!(usize::from(i.b())), >=, true),
                Op::JumpNotGeConst => jump_if!(i, constant!(usize::from(i.b())), >=, false),
                Op::ForNext => {
                    let (counter, last) =
                        (reg!(i.a()).number() as i64, reg!(i.b()).number() as i64);
                    if counter < last {
                        // SAFETY: see the top of this file; the register holds an int.
                        unsafe { r.add(usize::from(i.a())).write(Value::int(counter + 1)) };
                        jump!(i);
                    }
                }
                Op::IterateNext => {
                    let iterator = reg!(i.a());
                    // SAFETY: the compiler gives it the register of an iterator.
                    let value = unsafe { iterator.heap_ref::<IterState>() }.next_item();
                    if value.is_unset() {
                        step!(i);
                    }
                    set!(i.a() + 1, value);
                }
                // ---- Calls
                Op::CallFunction => {
                    // SAFETY: see the top of this file.
                    let callee = unsafe { self.code.callees.get_unchecked(i.c()) }.code();
                    enter!(callee, std::ptr::null_mut::<()>(), usize::from(i.b()), i.a());
                }
                Op::Call => {
                    // SAFETY: an `Extra` follows, which `verify` checks.
                    let extra = unsafe { *pc };
                    let callee = reg!(i.b());
                    if callee.tag() == tag::CLOSURE && extra.c() == 0 {
                        // SAFETY: the tag tells the type.
                        let closure = unsafe { callee.heap_ref::<Closure>() };
                        if closure.code().arguments == extra.a() {
                            // SAFETY: as above.
                            pc = unsafe { pc.add(1) };
                            enter!(closure.code(), closure.as_raw(), i.c(), i.a());
                            continue;
                        }
                    }
                    step!(i)
                }
                Op::CallStruct => {
                    let structure = constant!(i.c());
                    // SAFETY: `link` has put the struct's type there.
                    let structure = unsafe { structure.heap_ref::<StructType>() };
                    set!(i.b(), Instance::new(structure).into());
                    enter!(
                        structure.maker.code(),
                        structure.maker.as_raw(),
                        usize::from(i.b()),
                        i.a()
                    );
                }
                Op::CallMethod => {
                    // SAFETY: an `Extra` follows, which `verify` checks; for the site see the top of this file.
                    let (extra, site) =
                        unsafe { (*pc, self.code.sites.get_unchecked(usize::from((*pc).b()))) };
                    let receiver = reg!(i.b());
                    if receiver.tag() == tag::INSTANCE && extra.c() == 0 {
                        // SAFETY: the tag tells the type.
                        let structure = &unsafe { receiver.heap_ref::<Instance>() }.head.structure;
                        let cache = site.cache.load(Ordering::Relaxed);
                        if cache >> 32 == u64::from(structure.id) {
                            let method = &structure.methods[(cache & 0xffff_ffff) as usize].1;
                            if method.code().arguments == extra.a() + 1 {
                                // SAFETY: as above.
                                pc = unsafe { pc.add(1) };
                                set!(i.c() as u16, receiver.clone());
                                enter!(method.code(), method.as_raw(), i.c(), i.a());
                                continue;
                            }
                        }
                    } else if !M::CONTROLLED
                        && site.is_push
                        && receiver.tag() == tag::LIST
                        && extra.a() == 1
                        && extra.c() == 0
                    {
                        // SAFETY: the tag tells the type.
                        if unsafe { receiver.heap_ref::<List>() }
                            .push(reg!(i.c() + 1).clone())
                            .is_ok()
                        {
                            // SAFETY: as above.
                            pc = unsafe { pc.add(1) };
                            set_scalar!(i.a(), Value::NIL);
                            continue;
                        }
                    }
                    if M::CONTROLLED {
                        step!(i)
                    }
                    // SAFETY: as above.
                    pc = unsafe { pc.add(1) };
                    call_out!(self.call_method_row(*i, extra))
                }
                Op::CallBuiltin if !M::CONTROLLED => {
                    // SAFETY: an `Extra` follows, which `verify` checks.
                    let extra = unsafe { *pc };
                    // SAFETY: as above.
                    pc = unsafe { pc.add(1) };
                    call_out!(self.call_builtin_row(*i, extra))
                }
                Op::BuildStr if !M::CONTROLLED => call_out!(self.build_str(*i)),
                Op::Return | Op::ReturnNil => {
                    let value = if i.op() == Op::Return {
                        // SAFETY: see the top of this file; a register that is returned is owned, and gives its
                        // count to the caller.
                        unsafe { r.add(usize::from(i.a())).replace(Value::NIL) }
                    } else {
                        Value::NIL
                    };
                    // What the frame owns is dropped, what it borrows forgotten.
                    let code = self.code;
                    let first = usize::from(code.arguments);
                    for at in first..first + usize::from(code.borrowed) {
                        // SAFETY: see the top of this file.
                        unsafe { r.add(at).write(Value::NIL) };
                    }
                    if self.owns & tag::HEAP != 0 {
                        for at in 0..usize::from(code.registers) {
                            // SAFETY: see the top of this file.
                            unsafe { leave(r.add(at)) };
                        }
                    }
                    let Some(left) = self.frames.pop() else { unreachable!("a frame runs") };
                    match self.frames.last() {
                        Some(Frame { code: Some(below), next, base, .. }) => {
                            self.code = below;
                            pc = *next;
                            // SAFETY: as in `reload`.
                            r = unsafe { self.stack.as_mut_ptr().add(*base as usize) };
                            self.owns = u64::from(left.owns);
                            set!(left.to, value);
                        }
                        Some(_) => follow!(self.native_step(value)),
                        None => {
                            let _ = self.pause(Pause::Done(value));
                            return;
                        }
                    }
                }
                Op::OwnFunction => {
                    let closure =
                        self.frames.last().map_or(std::ptr::null_mut(), |frame| frame.closure);
                    // SAFETY: a local function that uses its own name is called as a closure, which its caller
                    // holds; the register is never dropped.
                    unsafe {
                        r.add(usize::from(i.a())).write(Value::from_words(tag::CLOSURE, closure))
                    };
                }
                // ---- Objects
                Op::Index if !M::CONTROLLED => {
                    let (of, at) = (reg!(i.b()), reg!(i.c() as u16));
                    if of.tag() == tag::LIST && at.tag() == tag::INT {
                        // SAFETY: the tag tells the type.
                        let list = unsafe { of.heap_ref::<List>() };
                        if let Some(value) = list.get(at.number() as i64) {
                            set!(i.a(), value);
                            continue;
                        }
                    }
                    call_out!(self.index(*i))
                }
                Op::SetIndex if !M::CONTROLLED => {
                    let (of, at) = (reg!(i.a()), reg!(i.b()));
                    if of.tag() == tag::LIST && at.tag() == tag::INT {
                        // SAFETY: the tag tells the type.
                        if unsafe { of.heap_ref::<List>() }
                            .set(at.number() as i64, reg!(i.c() as u16).clone())
                        {
                            continue;
                        }
                    }
                    call_out!(self.set_index(*i))
                }
                Op::GetField if !M::CONTROLLED => {
                    let of = reg!(i.b());
                    if of.tag() == tag::INSTANCE {
                        // SAFETY: the tag tells the type; for the site see the top of this file.
                        let (instance, site) = unsafe {
                            (of.heap_ref::<Instance>(), self.code.sites.get_unchecked(i.c()))
                        };
                        let cache = site.cache.load(Ordering::Relaxed);
                        if cache >> 32 == u64::from(instance.head.structure.id) {
                            set!(i.a(), instance.get((cache & 0xffff_ffff) as usize));
                            continue;
                        }
                    }
                    step!(i)
                }
                Op::SetField if !M::CONTROLLED => {
                    let (of, value) = (reg!(i.a()), reg!(i.b()));
                    if of.tag() == tag::INSTANCE && value.tag() != tag::OBJECT {
                        // SAFETY: as above.
                        let (instance, site) = unsafe {
                            (of.heap_ref::<Instance>(), self.code.sites.get_unchecked(i.c()))
                        };
                        let cache = site.cache.load(Ordering::Relaxed);
                        if cache >> 32 == u64::from(instance.head.structure.id) {
                            instance.set((cache & 0xffff_ffff) as usize, value.clone());
                            continue;
                        }
                    }
                    step!(i)
                }
                Op::GetOwn if !M::CONTROLLED => {
                    let own = reg!(i.b());
                    // SAFETY: `self` is an instance.
                    let value = unsafe { own.heap_ref::<Instance>() }.get(i.c());
                    set!(i.a(), value);
                }
                Op::SetOwn if !M::CONTROLLED => {
                    let value = reg!(i.b());
                    if value.tag() == tag::OBJECT {
                        step!(i);
                    }
                    let own = reg!(i.a());
                    // SAFETY: as above.
                    unsafe { own.heap_ref::<Instance>() }.set(i.c(), value.clone());
                }
                Op::BindName => {
                    if matches!(reg!(i.a()).tag(), tag::OBJECT | tag::ATOMIC | tag::LOCAL) {
                        step!(i);
                    }
                }
                // ---- Threads
                Op::Lock if !M::CONTROLLED => lock!(i, true),
                Op::Unlock if !M::CONTROLLED => lock!(i, false),
                // All else. The list is whole, so that the compiler needs no check before it looks up the case.
                Op::LoadBuiltin
                | Op::GetGlobal
                | Op::SetGlobal
                | Op::InitGlobal
                | Op::NewCell
                | Op::ChangeGlobal
                | Op::GetCell
                | Op::SetCell
                | Op::ChangeCell
                | Op::Pow
                | Op::BitOr
                | Op::BitXor
                | Op::BitAnd
                | Op::Shl
                | Op::Shr
                | Op::Neg
                | Op::Invert
                | Op::Not
                | Op::In
                | Op::NotIn
                | Op::CheckBool
                | Op::JumpDone
                | Op::ForPrepare
                | Op::Iterate
                | Op::CallBuiltin
                | Op::Extra
                | Op::Closure
                | Op::NewList
                | Op::Append
                | Op::Insert
                | Op::NewMap
                | Op::NewRange
                | Op::NewRangeIncl
                | Op::NewStruct
                | Op::BuildStr
                | Op::Format
                | Op::Index
                | Op::SetIndex
                | Op::Slice
                | Op::GetField
                | Op::SetField
                | Op::GetOwn
                | Op::SetOwn
                | Op::InitOwn
                | Op::OwnStruct
                | Op::Unpack
                | Op::Raise
                | Op::Rethrow
                | Op::SkipIfKind
                | Op::AssertFail
                | Op::Misplaced
                | Op::Lock
                | Op::Unlock
                | Op::SortLocks
                | Op::Ask
                | Op::Import => step!(i),
            }
        }
    }

    /// Takes a lock or a permit for a block, or gives it back, if that is a change of the object's word and no more:
    /// whether it was. `site` is the place of the instruction that does it.
    #[inline(never)]
    fn change_word(&self, object: &Object, takes: bool, site: u64) -> bool {
        if takes && self.attention.load(Ordering::Relaxed) {
            return false;
        }
        let now = object.word.load(Ordering::Relaxed);
        let state = now & word::STATE;
        let held = |kind| match kind {
            ObjectKind::Lock => Lock::held_by(self.thread, Hold::Block),
            _ => RLock::held_by(self.thread),
        };
        let next = match object.kind {
            ObjectKind::Lock | ObjectKind::RLock if takes && state == 0 => held(object.kind),
            ObjectKind::Lock | ObjectKind::RLock if !takes && state == held(object.kind) => 0,
            ObjectKind::Semaphore if takes && state > 0 => state - 1,
            ObjectKind::Semaphore if !takes && state < word::STATE => state + 1,
            _ => return false,
        };
        let next = next | now & !word::STATE;
        let changed = word::is_open(now)
            && object.word.compare_exchange(now, next, Ordering::SeqCst, Ordering::Relaxed).is_ok();
        if changed && takes {
            object.site.store(site, Ordering::Relaxed);
        }
        changed
    }

    /// Refuses a call that is too deep, and makes room for its registers.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, base: usize, callee: &Code) -> Option<Flow> {
        let done =
            self.check_depth().and_then(|()| self.reserve(base, usize::from(callee.registers)));
        done.err().map(|fault| self.raise_fault(&fault))
    }
}

/// Leaves an owned register of a frame that ends.
///
/// # Safety
///
/// `slot` points to an owned register, which the frame uses no more.
#[inline(always)]
unsafe fn leave(slot: *mut Value) {
    // SAFETY: the caller's.
    unsafe {
        if (*slot).is_heap() {
            drop_register(slot);
        }
    }
}
