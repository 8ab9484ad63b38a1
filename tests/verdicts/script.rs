//! A structure as a script: `main` starts the others one after the other, lets each begin when nothing moves any
//! more, and looks that they are where they must be then.

use crate::oracle::{Seen, Verdict};
use crate::structure::{
    Actor, ActorKind, Arm, Help, Hold, Object, Passing, Side, Structure, Taking, Wait,
};
use std::fmt::Write;

/// The script's text. Thread `n` is `ts[n]`, object `n` is `on`.
pub fn script(structure: &Structure, verdict: &Verdict) -> String {
    let mut script = Script { structure, text: String::new(), depth: 0 };
    script.all(verdict);
    script.text
}

/// What is written so far.
struct Script<'a> {
    structure: &'a Structure,
    text: String,
    depth: usize,
}

/// Waits until all are where they must be; fails if that does not come. `want` has, for each, the mark it must
/// have made, -1 if it must have ended, -2 if it does not matter.
const SETTLED: &str = "\
fn is_there(i, want) {
  if want == -2 { true }
  else if want == -1 { ts[i] != nil and ts[i].done() }
  else { at[i] == want and ts[i] != nil and ts[i].waiting_for() != nil }
}
fn settle(phase, want) {
  let begun = clock()
  while not range(0, len(want)).map(fn(i) { is_there(i, want[i]) }).all(fn(is) { is }) {
    if clock() - begun > 40s { print(\"phase {phase}: {at} instead of {want}\"); exit(99) }
    sleep 0s
  }
}
";

impl Script<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}{line}", "  ".repeat(self.depth));
    }

    fn open(&mut self, line: &str) {
        self.line(&format!("{line} {{"));
        self.depth += 1;
    }

    fn close(&mut self, rest: &str) {
        self.depth -= 1;
        self.line(&format!("}}{rest}"));
    }

    fn all(&mut self, verdict: &Verdict) {
        let structure = self.structure;
        for (at, object) in structure.objects.iter().enumerate() {
            self.object(at, *object);
        }
        let count = structure.actors.len();
        self.line(&format!("let at = [-5] * {count}"));
        self.line(&format!("let ts = [nil] * {count}"));
        self.line("ts[0] = main_thread()");
        self.line("let gates = []");
        self.line(&format!("for i in 0..{count} {{ gates.push(Event()) }}"));
        self.line("let keep = Event()");
        if structure.workers > 0 {
            self.line(&format!("let pool = Pool({})", structure.workers));
        }
        self.text.push_str(SETTLED);
        let main = &structure.actors[0];
        self.take(&main.holds);
        for (at, actor) in structure.actors.iter().enumerate() {
            self.start(at, actor);
        }
        for (phase, actor) in structure.order.iter().enumerate() {
            self.line(&format!("gates[{actor}].set()"));
            let wants: Vec<String> =
                verdict.phases[phase].iter().map(|seen| wanted(*seen).to_string()).collect();
            self.line(&format!("settle({phase}, [{}])", wants.join(", ")));
        }
        for (at, actor) in structure.actors.iter().enumerate() {
            if let ActorKind::Timer { repeats } = actor.kind {
                self.timer(at, actor, repeats);
            }
        }
        self.steps(0, main);
        self.give_back(main);
    }

    fn object(&mut self, at: usize, object: Object) {
        let made = match object {
            Object::Lock => "Lock()".to_owned(),
            Object::RLock => "RLock()".to_owned(),
            Object::RwLock => "RwLock()".to_owned(),
            Object::Semaphore(permits) => format!("Semaphore({permits})"),
            Object::Event => "Event()".to_owned(),
            Object::Latch(count) => format!("Latch({count})"),
            Object::Queue | Object::Undone(_) => "Queue()".to_owned(),
            Object::Full => "Queue(1)".to_owned(),
            Object::Meeting => "Queue(0)".to_owned(),
            Object::Barrier(parties) => format!("Barrier({parties})"),
            Object::Flag if at.is_multiple_of(2) => "Condition(Lock())".to_owned(),
            Object::Flag | Object::Condition => "Condition()".to_owned(),
        };
        self.line(&format!("let o{at} = {made}"));
        match object {
            Object::Flag => self.line(&format!("var flag{at} = false")),
            Object::Full => self.line(&format!("send o{at}, 0")),
            Object::Undone(count) => self.line(&format!("for i in 0..{count} {{ send o{at}, i }}")),
            _ => {}
        }
    }

    fn start(&mut self, at: usize, actor: &Actor) {
        let how = match actor.kind {
            ActorKind::Thread => format!("spawn \"t{at}\""),
            ActorKind::Daemon => format!("spawn daemon \"t{at}\""),
            ActorKind::Task => format!("spawn \"t{at}\" on pool"),
            ActorKind::Queued => {
                self.line(&format!("ts[{at}] = spawn \"t{at}\" on pool {{ 0 }}"));
                return;
            }
            ActorKind::Main | ActorKind::Timer { .. } | ActorKind::Child => return,
        };
        self.open(&format!("ts[{at}] = {how}"));
        self.take(&actor.holds);
        self.line(&format!("at[{at}] = 0"));
        self.line(&format!("wait gates[{at}]"));
        self.steps(at, actor);
        self.give_back(actor);
        self.close("");
        self.line(&format!("while at[{at}] != 0 {{ sleep 0s }}"));
    }

    fn timer(&mut self, at: usize, actor: &Actor, repeats: bool) {
        if repeats {
            self.line(&format!("var n{at} = 0"));
            self.open(&format!("ts[{at}] = timer every 1ms"));
            self.line(&format!("n{at} += 1"));
            self.open(&format!("if n{at} == 3"));
            self.steps(at, actor);
            self.line(&format!("ts[{at}].cancel()"));
            self.close("");
            self.close("");
        } else {
            self.open(&format!("ts[{at}] = timer {}ms", at % 4));
            self.steps(at, actor);
            self.close("");
            // One that is cancelled lets nothing happen.
            self.line("(timer 1h { exit(98) }).cancel()");
        }
    }

    // ---- What is held ------------------------------------------------------------------------

    fn take(&mut self, holds: &[Hold]) {
        for hold in holds {
            match hold.how {
                Taking::Block(side) => self.open(&format!("lock {}", place(hold.object, side))),
                Taking::Hand(side) => self.line(&format!("acquire {}", place(hold.object, side))),
                Taking::Permits(count) => self.line(&format!("acquire o{}, {count}", hold.object)),
            }
        }
    }

    fn give_back(&mut self, actor: &Actor) {
        for hold in actor.holds.iter().filter(|_| !actor.forgets) {
            match hold.how {
                Taking::Block(_) => {}
                Taking::Hand(side) => self.line(&format!("release {}", place(hold.object, side))),
                Taking::Permits(count) => self.line(&format!("release o{}, {count}", hold.object)),
            }
        }
        for _ in actor.holds.iter().filter(|hold| hold.how.is_by_block()) {
            self.close("");
        }
    }

    // ---- Steps -------------------------------------------------------------------------------

    fn steps(&mut self, at: usize, actor: &Actor) {
        for (number, step) in actor.steps.iter().enumerate() {
            if step.wait != Wait::Passing(Passing::Nothing) {
                self.wait(at, number, actor, &step.wait);
                self.line(&format!("at[{at}] = {}", 2 * number + 2));
            }
            for help in &step.helps {
                self.line(&helped(*help));
            }
        }
    }

    fn wait(&mut self, at: usize, number: usize, actor: &Actor, wait: &Wait) {
        if actor.catches {
            self.open("try");
        }
        let mark = format!("at[{at}] = {}", 2 * number + 1);
        match wait {
            Wait::Flag(object) => self
                .line(&format!("lock o{object} {{ {mark}; wait o{object} until flag{object} }}")),
            Wait::Condition(object) => {
                self.line(&format!("lock o{object} {{ {mark}; wait o{object} }}"));
            }
            Wait::Scope(child) => {
                self.open("scope");
                self.open(&format!("ts[{child}] = spawn \"t{child}\""));
                self.steps(*child, &self.structure.actors[*child]);
                self.close("");
                self.line(&format!(
                    "while ts[{child}].waiting_for() == nil and not ts[{child}].done() {{ sleep 0s }}"
                ));
                self.line(&mark);
                self.close("");
            }
            _ => {
                self.line(&mark);
                self.line(&waited(at, wait));
            }
        }
        if actor.catches {
            let kinds = "Deadlock | Closed | BrokenBarrier | Cancelled";
            self.depth -= 1;
            self.line(&format!(
                "}} catch e: {kinds} {{ print(\"t{at}.{number} {{e.kind}} {{e.thread}}\") }}"
            ));
        }
    }
}

/// The mark that one who is seen so has made.
fn wanted(seen: Seen) -> i64 {
    match seen {
        Seen::Not => -2,
        Seen::Ended => -1,
        Seen::Blocked(step) => 2 * step as i64 + 1,
    }
}

fn place(object: usize, side: Side) -> String {
    match side {
        Side::Whole => format!("o{object}"),
        Side::Read => format!("o{object}.read"),
        Side::Write => format!("o{object}.write"),
    }
}

fn threads(of: &[usize]) -> String {
    let of: Vec<String> = of.iter().map(|of| format!("ts[{of}]")).collect();
    format!("[{}]", of.join(", "))
}

/// The statement of a wait; the same one in another form for another thread.
fn waited(at: usize, wait: &Wait) -> String {
    let even = at.is_multiple_of(2);
    match wait {
        Wait::Passing(passing) => passed(*passing),
        Wait::Take(object, Taking::Hand(side)) => {
            let place = place(*object, *side);
            format!("acquire {place}; release {place}")
        }
        Wait::Take(object, Taking::Block(side)) => {
            format!("lock {} {{ nil }}", place(*object, *side))
        }
        Wait::Take(object, Taking::Permits(count)) | Wait::Acquire(object, count) => {
            format!("acquire o{object}, {count}")
        }
        Wait::Join(of) => match of.as_slice() {
            [of] if even => format!("join ts[{of}]"),
            of => format!("join {}", threads(of)),
        },
        Wait::JoinAny(of) => format!("join any {}", threads(of)),
        Wait::Event(object) | Wait::Latch(object) if even => format!("wait o{object}"),
        Wait::Event(object) | Wait::Latch(object) => {
            format!("select {{ wait o{object} {{ nil }} }}")
        }
        Wait::Recv(object) if even => format!("recv o{object}"),
        Wait::Recv(object) => format!("select {{ recv o{object} {{ nil }} }}"),
        Wait::Send(object) if even => format!("send o{object}, {at}"),
        Wait::Send(object) => format!("select {{ send o{object}, {at} {{ nil }} }}"),
        Wait::Barrier(object) => format!("barrier o{object}"),
        Wait::Done(object) => format!("join o{object}"),
        Wait::Select(arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|arm| match arm {
                    Arm::Event(object) | Arm::Latch(object) => format!("wait o{object} {{ nil }}"),
                    Arm::Join(of) => format!("join ts[{of}] {{ nil }}"),
                })
                .collect();
            format!("select {{ {} }}", arms.join("; "))
        }
        Wait::Flag(_) | Wait::Condition(_) | Wait::Scope(_) => String::new(),
    }
}

fn passed(passing: Passing) -> String {
    match passing {
        Passing::Nothing => String::new(),
        Passing::Sleep => "sleep 2ms".to_owned(),
        Passing::LimitedTake(object, Taking::Hand(side)) => {
            let place = place(object, side);
            format!("if (acquire {place} within 1ms else {{ false }}) {{ release {place} }}")
        }
        Passing::LimitedTake(object, Taking::Permits(_)) => {
            format!("lock o{object} within 1ms {{ nil }} else {{ nil }}")
        }
        Passing::LimitedTake(object, Taking::Block(side)) => {
            format!("lock {} within 1ms {{ nil }} else {{ nil }}", place(object, side))
        }
        Passing::LimitedEvent(object) => format!("wait o{object} within 1ms else {{ nil }}"),
        Passing::LimitedJoin(of) => format!("join ts[{of}] within 1ms else {{ nil }}"),
        Passing::After(object) => {
            format!("select {{ wait o{object} {{ nil }}; after 1ms {{ nil }} }}")
        }
        Passing::Input => "input()".to_owned(),
    }
}

fn helped(help: Help) -> String {
    match help {
        Help::Set(object) => format!("o{object}.set()"),
        Help::CountDown(object) => format!("o{object}.count_down()"),
        Help::Send(object) => format!("send o{object}, 1"),
        Help::Close(object) => format!("o{object}.close()"),
        Help::Drain(object) => format!("recv o{object} within 0s else {{ nil }}"),
        Help::Release(object, count) => format!("release o{object}, {count}"),
        Help::ReleaseOthers(object) => format!("release o{object}"),
        Help::Abort(object) => format!("o{object}.abort()"),
        Help::Raise(object) => {
            format!("lock o{object} {{ flag{object} = true; notify all o{object} }}")
        }
        Help::Notify(object) => format!("lock o{object} {{ notify o{object} }}"),
        Help::TaskDone(object) => format!("o{object}.task_done()"),
    }
}
