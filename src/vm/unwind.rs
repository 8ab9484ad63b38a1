//! Errors on their way to a handler, and frames that are left.

use super::machine::{Flow, Frame, Machine};
use super::request::Pause;
use crate::bytecode::HandlerKind;
use crate::values::{Code, Value, View, tag};

impl Machine {
    /// Raises an error: it goes to the nearest handler, or ends the machine.
    #[cold]
    pub(super) fn raise(&mut self, error: Value) -> Flow {
        if let View::Error(error) = error.view() {
            error.set_origin(|| self.origin());
        }
        while let Some(frame) = self.frames.last() {
            if let Some(code) = frame.code
                && let Some((register, target)) = self.find_handler(code, *frame, &error)
            {
                if let Some(frame) = self.frames.last_mut() {
                    frame.go_to(target as usize);
                }
                self.write(register, error);
                return Flow::Run;
            }
            self.pop_frame();
        }
        self.pause(Pause::Failed(error))
    }

    /// The handler for an error at the frame's instruction. On the way, errors that this one displaces are kept
    /// in it.
    fn find_handler(&self, code: &Code, frame: Frame, error: &Value) -> Option<(u16, u32)> {
        let pc = frame.running() as u32;
        for handler in &code.handlers {
            if !(handler.start..handler.end).contains(&pc) {
                continue;
            }
            match handler.kind {
                HandlerKind::Catch { register, target } => return Some((register, target)),
                HandlerKind::Displace { register } => {
                    let at = frame.base as usize + usize::from(register);
                    let completion = &self.stack[at];
                    let led_here = matches!(completion.view(), View::Int(1));
                    if let (true, View::Error(error), View::Error(other)) =
                        (led_here, error.view(), self.stack[at + 1].view())
                    {
                        error.add_other(other);
                    }
                }
            }
        }
        None
    }

    /// Leaves the topmost frame.
    pub(super) fn pop_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        // It is not known what the one below owns.
        self.owns = tag::HEAP;
        match frame.code {
            None => {
                self.natives.pop();
            }
            Some(code) => {
                let base = frame.base as usize;
                let end = (base + usize::from(code.registers)).min(self.stack.len());
                let window = &mut self.stack[base.min(end)..end];
                let borrowed =
                    usize::from(code.arguments)..usize::from(code.arguments + code.borrowed);
                for (i, register) in window.iter_mut().enumerate() {
                    let value = std::mem::take(register);
                    if borrowed.contains(&i) {
                        // Its count is another's.
                        std::mem::forget(value);
                    }
                }
            }
        }
    }
}
