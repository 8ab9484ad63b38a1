//! Waits at random, each with an object of its own mostly, and with what could end it.

use crate::generator::Generator;
use crate::structure::{Arm, Help, Hold, Object, Passing, Taking, Wait};

impl Generator<'_> {
    /// A wait. Who waits in one line with others does so in its first step, where the order is known.
    pub fn wait(&mut self, who: usize, first: bool) -> Wait {
        if self.orderly && self.lowest() == who {
            return self.passing(who);
        }
        let kind = self.rng.u32(0..24);
        // What several must come to, in any order, is not for the orderly.
        match if self.orderly && matches!(kind, 12 | 13 | 15) { 6 } else { kind } {
            0..=2 => self.passing(who),
            3 => Wait::Join(vec![self.another(who)]),
            4 => Wait::Join(vec![self.another(who), self.another(who)]),
            5 => {
                // To join any of several is no mistake where oneself is among them, but what it is, is not said.
                let of = [self.another(who), self.another(who)];
                if of.contains(&who) { self.event(who) } else { Wait::JoinAny(of.to_vec()) }
            }
            6..=7 => self.event(who),
            8..=9 => self.latch(who),
            10 => self.queue(who),
            11 => {
                let object = self.object(Object::Full);
                self.helpable.push((Help::Drain(object), who));
                Wait::Send(object)
            }
            12 => self.meeting(who),
            13 => self.barrier(who, first),
            14 => {
                let object = self.object(Object::Flag);
                self.helpable.push((Help::Raise(object), who));
                Wait::Flag(object)
            }
            15 if first => {
                let object = self.shared(Object::Condition);
                self.helpable.push((Help::Notify(object), who));
                Wait::Condition(object)
            }
            16 => {
                let count = self.rng.u32(1..=2);
                let object = self.object(Object::Undone(count));
                self.helpable.extend((0..count).map(|_| (Help::TaskDone(object), who)));
                Wait::Done(object)
            }
            17..=18 => self.select(who),
            19 => self.permits(who, first),
            20..=22 if first => {
                let mut held: Vec<usize> = Vec::new();
                let mut barred: Vec<usize> = Vec::new();
                for (at, actor) in self.made.actors.iter().enumerate().take(self.ranks.len()) {
                    let may = self.may_wait_for(who, at);
                    let list = if may { &mut held } else { &mut barred };
                    list.extend(actor.holds.iter().map(|hold| hold.object));
                }
                held.retain(|object| !barred.contains(object));
                match held.as_slice() {
                    [] => self.event(who),
                    held => {
                        let object = held[self.rng.usize(0..held.len())];
                        self.taking(object)
                    }
                }
            }
            _ => self.event(who),
        }
    }

    fn passing(&mut self, who: usize) -> Wait {
        let held: Vec<Hold> =
            self.made.actors.iter().flat_map(|actor| actor.holds.iter().copied()).collect();
        Wait::Passing(match self.rng.u32(0..6) {
            0 if who == 0 => Passing::Input,
            1..=2 if !held.is_empty() => {
                let hold = held[self.rng.usize(0..held.len())];
                // A side that it has already, it may not take.
                let mine =
                    self.made.actors[who].holds.iter().any(|mine| mine.object == hold.object);
                if mine || matches!(hold.how, Taking::Permits(_)) {
                    Passing::Sleep
                } else {
                    Passing::LimitedTake(hold.object, hold.how)
                }
            }
            3 => Passing::LimitedEvent(self.object(Object::Event)),
            4 => match self.catching(who) {
                Some(of) => Passing::LimitedJoin(of),
                None => Passing::Sleep,
            },
            5 => Passing::After(self.object(Object::Event)),
            _ => Passing::Sleep,
        })
    }

    pub fn event(&mut self, who: usize) -> Wait {
        let object =
            if self.chance(40) { self.shared(Object::Event) } else { self.object(Object::Event) };
        self.helpable.push((Help::Set(object), who));
        Wait::Event(object)
    }

    fn latch(&mut self, who: usize) -> Wait {
        let count = self.rng.u32(1..=3);
        let object = self.object(Object::Latch(count));
        let downs = if self.orderly || self.chance(70) { count } else { count - 1 };
        self.helpable.extend((0..downs).map(|_| (Help::CountDown(object), who)));
        Wait::Latch(object)
    }

    fn queue(&mut self, who: usize) -> Wait {
        let object = self.object(Object::Queue);
        let help = if self.chance(70) { Help::Send(object) } else { Help::Close(object) };
        self.helpable.push((help, who));
        Wait::Recv(object)
    }

    /// One side of a meeting; the other is somebody's next step.
    fn meeting(&mut self, who: usize) -> Wait {
        let object = self.object(Object::Meeting);
        let (here, there) = if self.chance(50) {
            (Wait::Recv(object), Wait::Send(object))
        } else {
            (Wait::Send(object), Wait::Recv(object))
        };
        let other = self.rng.usize(0..self.ranks.len());
        if self.made.actors[other].kind.is_gated() && self.chance(80) {
            self.add_step(other, there);
        } else if self.chance(20) {
            self.helpable.push((Help::Close(object), who));
        }
        here
    }

    fn barrier(&mut self, who: usize, first: bool) -> Wait {
        let there = (0..self.made.objects.len())
            .find(|at| matches!(self.made.objects[*at], Object::Barrier(_)));
        let object = match there {
            Some(object) if first => object,
            _ => {
                let parties = self.rng.usize(2..=3);
                self.object(Object::Barrier(parties))
            }
        };
        if self.chance(10) {
            self.helpable.push((Help::Abort(object), who));
        }
        Wait::Barrier(object)
    }

    fn permits(&mut self, who: usize, first: bool) -> Wait {
        let there = (0..self.made.objects.len())
            .find(|at| first && matches!(self.made.objects[*at], Object::Semaphore(0)));
        let object = match there {
            Some(object) => object,
            None => self.object(Object::Semaphore(0)),
        };
        let count = self.rng.u32(1..=3);
        let released = if self.orderly { count } else { self.rng.u32(1..=3) };
        self.helpable.push((Help::Release(object, released), who));
        // Those of later steps have a semaphore of their own.
        Wait::Acquire(object, if first { count } else { 1 })
    }

    fn select(&mut self, who: usize) -> Wait {
        let mut arms = Vec::new();
        for _ in 0..self.rng.usize(1..=3) {
            let arm = match self.rng.u32(0..4) {
                0 => match self.catching(who) {
                    Some(of) => Arm::Join(of),
                    None => continue,
                },
                1 => {
                    let object = self.object(Object::Latch(1));
                    self.helpable.push((Help::CountDown(object), who));
                    Arm::Latch(object)
                }
                _ => {
                    let object = self.object(Object::Event);
                    self.helpable.push((Help::Set(object), who));
                    Arm::Event(object)
                }
            };
            arms.push(arm);
        }
        if arms.is_empty() {
            return self.event(who);
        }
        Wait::Select(arms)
    }

    /// An object that several wait for.
    pub fn shared(&mut self, object: Object) -> usize {
        match self.made.objects.iter().position(|other| *other == object) {
            Some(at) => at,
            None => self.object(object),
        }
    }
}
