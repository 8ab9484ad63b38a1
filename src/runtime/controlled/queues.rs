//! What steps on queues touch. Of one that is first in, first out, the two ends are apart: a send and a receive touch
//! the same thing only where one needs what the other gave, an item or room for one.

use super::footprint::{Mode, Order, Touch};
use super::thing::{Body, State, body};
use super::world::World;
use crate::primitives::{Action, Look};
use crate::values::Object;

/// The parts of a queue's places, below the numbers of its items and of its rooms.
const ITEMS: u64 = 0;
const ROOMS: u64 = 1 << 40;
/// The parts of a rendezvous's places at which threads that stand in line are met.
const MEETINGS: u64 = 1 << 41;

/// Where a thread that stands in line at a rendezvous is met: what comes before either of the two comes before
/// what follows in the other, and nothing else is ordered by it.
pub(super) fn touch_meeting(world: &mut World, number: usize, waits: usize, order: Order) {
    let place = world.place_in(number, MEETINGS + waits as u64);
    world.touched(place, Mode::Write, order);
}

impl World {
    /// Whether a strand has taken an item of a queue that it has not marked as done.
    pub(super) fn has_taken(&self, strand: usize, queue: &Object) -> bool {
        matches!(body(queue), Body::Thing(number) if self.things[*number].takers.contains(&strand))
    }
}

pub(super) fn touch(world: &mut World, number: usize, action: &Action, done: bool) {
    let thing = &mut world.things[number];
    let is_row = thing.is_row();
    let first = thing.resource;
    let State::Queue(queue, _) = &thing.state else { return };
    let (front, back, tasks) = (first, if is_row { first + 1 } else { first }, first + 2);
    let (len, capacity, closed) = (queue.len(), queue.capacity(), queue.is_closed());
    let unfinished = queue.unfinished() as i64;
    match action {
        Action::Send(_) if is_row => {
            let sent = thing.sent;
            if closed {
                world.touched(back, Mode::Read, Order::Acquire);
                return;
            }
            if done {
                thing.sent += 1;
            }
            world.touched(back, Mode::Write, Order::None);
            let item = world.place_in(number, ITEMS + sent);
            world.touch(Touch::new(item, Mode::Write, Order::Release).gives(1));
            if let Some(before) = capacity.and_then(|c| sent.checked_sub(c as u64)) {
                let room = world.place_in(number, ROOMS + before);
                let level = i64::from(len < capacity.unwrap_or(usize::MAX));
                world.touch(Touch::new(room, Mode::Read, Order::Acquire).needs(1, level));
            }
            world.touch(Touch::new(tasks, Mode::Add, Order::None).gives(-1));
        }
        Action::Recv if is_row => {
            let received = thing.received;
            let ends = len == 0 && closed;
            if done && !ends {
                thing.received += 1;
            }
            world.touched(front, Mode::Write, Order::None);
            if ends {
                world.touched(back, Mode::Read, Order::Acquire);
                return;
            }
            let item = world.place_in(number, ITEMS + received);
            let level = i64::from(len > 0);
            world.touch(Touch::new(item, Mode::Read, Order::Acquire).needs(1, level));
            if capacity.is_some() {
                let room = world.place_in(number, ROOMS + received);
                world.touch(Touch::new(room, Mode::Write, Order::Release).gives(1));
            }
        }
        Action::Send(_) | Action::Recv => {
            let order = if thing.is_rendezvous() { Order::Acquire } else { Order::Both };
            world.touched(front, Mode::Write, order);
            world.touch(Touch::new(tasks, Mode::Add, Order::None).gives(-1));
        }
        // Who only marks what it has taken never marks one too many, whatever the order, if all do so.
        Action::TaskDone => {
            let mode = if world.config.discovered.marks { Mode::Write } else { Mode::Add };
            let is_mistake = unfinished == 0;
            world.touch(Touch::new(tasks, mode, Order::Release).gives(i64::from(!is_mistake)));
        }
        Action::Join => {
            world.touch(Touch::new(tasks, Mode::Read, Order::Acquire).needs(0, -unfinished));
        }
        Action::Look(Look::Capacity) => {}
        Action::Look(_) => {
            world.touched(front, Mode::Read, Order::Acquire);
            if back != front {
                world.touched(back, Mode::Read, Order::Acquire);
            }
        }
        _ => {
            world.touched(front, Mode::Write, Order::Release);
            if back != front {
                world.touched(back, Mode::Write, Order::Release);
            }
            world.touched(tasks, Mode::Write, Order::None);
        }
    }
}
