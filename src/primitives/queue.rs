//! `Queue`, `LifoQueue`, `PriorityQueue`.
//!
//! | state | `send` | `recv` |
//! |---|---|---|
//! | room, items | puts it in | takes one out |
//! | full | waits | takes one out |
//! | empty | puts it in | waits |
//! | capacity 0 | waits for a receiver, and hands over to it | waits for a sender, and takes from it |
//! | closed, items | `Closed` | takes one out |
//! | closed, empty | `Closed` | `Closed` |
//!
//! Receivers wait only while there is nothing to take, senders only while there is no room, so they never wait
//! both. With capacity 0, who comes meets the one who waited longest, and both go on at once: each is the
//! other's partner. (A thread never meets itself, though a `select` may have it wait on both sides.)

use super::{Action, Line, Look, Misuse, Primitive, Reply, ThreadId};
use crate::values::{Published, View, order};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

/// In which order items come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueOrder {
    /// As they were sent.
    Fifo,
    /// The last one sent first.
    Lifo,
    /// The smallest first.
    Priority,
}

/// A queue.
#[derive(Debug)]
pub struct Queue {
    items: Items,
    capacity: Option<usize>,
    closed: bool,
    /// How many items were sent and not yet marked as done.
    unfinished: u64,
    /// Senders who wait, with capacity 0, in order.
    senders: VecDeque<(ThreadId, Published)>,
    /// Receivers who wait, with capacity 0, in order.
    receivers: VecDeque<ThreadId>,
    /// What was handed to a receiver who waited.
    handed: Vec<(ThreadId, Published)>,
    /// Senders who waited and whose item was taken.
    taken: Vec<ThreadId>,
}

#[derive(Debug)]
enum Items {
    Row(VecDeque<Published>),
    Stack(Vec<Published>),
    Heap { heap: BinaryHeap<Ranked>, sent: u64 },
}

/// An item of a priority queue.
#[derive(Debug)]
struct Ranked {
    item: Published,
    /// What it is ordered by, as it was when it was sent.
    rank: Published,
    /// Among equal ones, the first one sent comes out first.
    sent: u64,
}

/// What an item is ordered by: a list goes by its first item alone.
fn rank(item: &Published) -> Published {
    match item.get().view() {
        View::List(list) => list.get(0).map_or_else(|| item.clone(), Published::new),
        _ => item.clone(),
    }
}

impl Ord for Ranked {
    /// The smallest, and of equal ones the first sent, is the greatest: it comes out first. Whether two can be
    /// compared was seen when the later one was sent.
    fn cmp(&self, other: &Ranked) -> Ordering {
        let by_rank = order(other.rank.get(), self.rank.get()).ok().flatten().flatten();
        by_rank.unwrap_or(Ordering::Equal).then(other.sent.cmp(&self.sent))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Ranked) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Ranked) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl Queue {
    /// An empty queue; without a capacity it has no bound.
    #[must_use]
    pub fn new(kind: QueueOrder, capacity: Option<usize>) -> Queue {
        let items = match kind {
            QueueOrder::Fifo => Items::Row(VecDeque::new()),
            QueueOrder::Lifo => Items::Stack(Vec::new()),
            QueueOrder::Priority => Items::Heap { heap: BinaryHeap::new(), sent: 0 },
        };
        Queue {
            items,
            capacity,
            closed: false,
            unfinished: 0,
            senders: VecDeque::new(),
            receivers: VecDeque::new(),
            handed: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// How many items lie in it.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Row(row) => row.len(),
            Items::Stack(stack) => stack.len(),
            Items::Heap { heap, .. } => heap.len(),
        }
    }

    /// Whether nothing lies in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many may lie in it; without a bound, as many as one likes.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.capacity
    }

    /// How many items were sent and not yet marked as done.
    #[must_use]
    pub fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity)
    }

    fn is_rendezvous(&self) -> bool {
        self.capacity == Some(0)
    }

    fn put(&mut self, item: Published) {
        match &mut self.items {
            Items::Row(row) => row.push_back(item),
            Items::Stack(stack) => stack.push(item),
            Items::Heap { heap, sent } => {
                *sent += 1;
                heap.push(Ranked { rank: rank(&item), item, sent: *sent });
            }
        }
    }

    fn take(&mut self) -> Option<Published> {
        match &mut self.items {
            Items::Row(row) => row.pop_front(),
            Items::Stack(stack) => stack.pop(),
            Items::Heap { heap, .. } => heap.pop().map(|ranked| ranked.item),
        }
    }

    /// Whether a priority queue could order the item among those it has.
    fn check_order(&self, item: &Published) -> Result<(), Misuse> {
        let Items::Heap { heap, .. } = &self.items else { return Ok(()) };
        let rank = rank(item);
        let other = heap.peek().map_or(&rank, |top| &top.rank);
        match order(rank.get(), other.get()) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => {
                let (a, b) =
                    (crate::values::type_name(rank.get()), crate::values::type_name(other.get()));
                let message = format!("a priority queue cannot order {a} and {b}");
                Err(Misuse::Unordered(crate::values::Fault::type_error(message)))
            }
            Err(fault) => Err(Misuse::Unordered(fault)),
        }
    }

    fn send(&mut self, who: ThreadId, item: Published) -> Result<Reply, Misuse> {
        if let Some(at) = self.taken.iter().position(|sender| *sender == who) {
            self.taken.swap_remove(at);
            return Ok(Reply::Bool(true));
        }
        if self.closed {
            // Nobody is to take what was not sent.
            self.senders.retain(|(sender, _)| *sender != who);
            return Err(Misuse::Closed);
        }
        self.check_order(&item)?;
        self.unfinished += 1;
        match self
            .receivers
            .iter()
            .position(|receiver| *receiver != who)
            .and_then(|at| self.receivers.remove(at))
        {
            Some(receiver) => self.handed.push((receiver, item)),
            None => self.put(item),
        }
        Ok(Reply::Bool(true))
    }

    fn recv(&mut self, who: ThreadId) -> Result<Reply, Misuse> {
        if let Some(at) = self.handed.iter().position(|(receiver, _)| *receiver == who) {
            return Ok(Reply::Value(self.handed.swap_remove(at).1));
        }
        if let Some(item) = self.take() {
            return Ok(Reply::Value(item));
        }
        match self
            .senders
            .iter()
            .position(|(sender, _)| *sender != who)
            .and_then(|at| self.senders.remove(at))
        {
            Some((sender, item)) => {
                self.unfinished += 1;
                self.taken.push(sender);
                Ok(Reply::Value(item))
            }
            None => Err(Misuse::Closed),
        }
    }
}

impl Primitive for Queue {
    fn ready(&self, who: ThreadId, action: &Action) -> bool {
        match action {
            Action::Send(_) if self.closed || self.taken.contains(&who) => true,
            Action::Send(_) if self.is_rendezvous() => {
                self.receivers.iter().any(|receiver| *receiver != who)
            }
            Action::Send(item) => !self.is_full() || self.check_order(item).is_err(),
            Action::Recv => {
                !self.is_empty()
                    || self.closed
                    || self.senders.iter().any(|(sender, _)| *sender != who)
                    || self.handed.iter().any(|(receiver, _)| *receiver == who)
            }
            Action::Join => self.unfinished == 0,
            _ => true,
        }
    }

    fn act(&mut self, who: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Send(item) => self.send(who, item),
            Action::Recv => self.recv(who),
            Action::Join => Ok(Reply::Bool(true)),
            Action::Close { drop } => {
                self.closed = true;
                if drop {
                    while self.take().is_some() {
                        self.unfinished = self.unfinished.saturating_sub(1);
                    }
                }
                Ok(Reply::Done)
            }
            Action::TaskDone => {
                self.unfinished = self.unfinished.checked_sub(1).ok_or(Misuse::TooManyDone)?;
                Ok(Reply::Done)
            }
            Action::Look(Look::Len) => Ok(Reply::Int(self.len() as i64)),
            Action::Look(Look::IsEmpty) => Ok(Reply::Bool(self.is_empty())),
            Action::Look(Look::IsFull) => Ok(Reply::Bool(self.is_full())),
            Action::Look(Look::Closed) => Ok(Reply::Bool(self.closed)),
            Action::Look(Look::Capacity) => {
                Ok(self.capacity.map_or(Reply::Unbounded, |capacity| Reply::Int(capacity as i64)))
            }
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn wait(&mut self, who: ThreadId, action: &mut Action) {
        if self.is_rendezvous() {
            match action {
                Action::Send(item) => self.senders.push_back((who, item.clone())),
                Action::Recv => self.receivers.push_back(who),
                _ => {}
            }
        }
    }

    fn give_up(&mut self, who: ThreadId, action: &Action) {
        match action {
            Action::Send(_) => self.senders.retain(|(sender, _)| *sender != who),
            Action::Recv => self.receivers.retain(|receiver| *receiver != who),
            _ => {}
        }
    }

    fn only_meets(&self, action: &Action) -> bool {
        self.is_rendezvous() && matches!(action, Action::Send(_) | Action::Recv)
    }

    fn partner(&self, who: ThreadId, action: &Action) -> Option<ThreadId> {
        match action {
            Action::Send(_) if !self.closed && !self.taken.contains(&who) => {
                self.receivers.iter().find(|receiver| **receiver != who).copied()
            }
            Action::Recv
                if self.is_empty() && !self.handed.iter().any(|(receiver, _)| *receiver == who) =>
            {
                self.senders.iter().map(|(sender, _)| *sender).find(|sender| *sender != who)
            }
            _ => None,
        }
    }

    fn line(&self, action: &Action) -> Line {
        match action {
            // With capacity 0, who comes has met those who waited; one that waits still can only be a `select`
            // that waits on both sides, and does not hold up others.
            Action::Send(_) | Action::Recv if self.is_rendezvous() => Line::Open,
            Action::Send(_) => Line::Senders,
            Action::Recv => Line::Receivers,
            _ => Line::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{List, Value};

    fn int(i: i64) -> Action {
        Action::Send(Published::new(Value::int(i)))
    }

    fn recv(q: &mut Queue, who: ThreadId) -> String {
        match q.act(who, Action::Recv) {
            Ok(Reply::Value(item)) => crate::values::shown(item.get()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_a_close_refused_is_not_taken() {
        let mut q = Queue::new(QueueOrder::Fifo, Some(0));
        q.wait(1, &mut int(7));
        q.act(9, Action::Close { drop: false }).unwrap();
        assert_eq!(q.act(1, int(7)).unwrap_err(), Misuse::Closed);
        assert_eq!(q.act(2, Action::Recv).unwrap_err(), Misuse::Closed);
    }

    #[test]
    fn bounded() {
        let mut q = Queue::new(QueueOrder::Fifo, Some(2));
        assert!(!q.ready(1, &Action::Recv));
        q.act(1, int(1)).unwrap();
        q.act(1, int(2)).unwrap();
        assert!(!q.ready(1, &int(3)));
        assert_eq!(recv(&mut q, 2), "1");
        assert!(q.ready(1, &int(3)));
    }

    #[test]
    fn orders() {
        let mut lifo = Queue::new(QueueOrder::Lifo, None);
        let mut priority = Queue::new(QueueOrder::Priority, None);
        for i in [2, 1, 3] {
            lifo.act(1, int(i)).unwrap();
            priority.act(1, int(i)).unwrap();
        }
        assert_eq!([recv(&mut lifo, 1), recv(&mut lifo, 1), recv(&mut lifo, 1)], ["3", "1", "2"]);
        assert_eq!(
            [recv(&mut priority, 1), recv(&mut priority, 1), recv(&mut priority, 1)],
            ["1", "2", "3"]
        );
    }

    #[test]
    fn priorities_go_by_the_first_item_and_then_by_order() {
        let mut q = Queue::new(QueueOrder::Priority, None);
        for (rank, name) in [(2, "b"), (1, "a"), (2, "a"), (1, "b")] {
            let list = List::from_values([Value::int(rank), Value::str(name)].into_iter()).unwrap();
            q.act(1, Action::Send(Published::new(list.into()))).unwrap();
        }
        let all: Vec<String> = (0..4).map(|_| recv(&mut q, 1)).collect();
        assert_eq!(all, ["[1, \"a\"]", "[1, \"b\"]", "[2, \"b\"]", "[2, \"a\"]"]);
        q.act(1, int(1)).unwrap();
        let text = Action::Send(Published::new(Value::str("x")));
        assert!(q.ready(1, &text));
        assert!(matches!(q.act(1, text), Err(Misuse::Unordered(_))));
        assert_eq!(q.len(), 1);
        let mut q = Queue::new(QueueOrder::Priority, None);
        assert!(q.act(1, Action::Send(Published::new(Value::NIL))).is_err());
    }

    #[test]
    fn rendezvous() {
        let mut q = Queue::new(QueueOrder::Fifo, Some(0));
        assert!(!q.ready(1, &int(1)) && !q.ready(2, &Action::Recv));
        q.wait(2, &mut Action::Recv);
        assert!(q.ready(1, &int(1)));
        assert_eq!(q.partner(1, &int(1)), Some(2));
        q.act(1, int(1)).unwrap();
        // It is handed to the one who waited, and to nobody else.
        assert!(!q.ready(3, &Action::Recv) && q.ready(2, &Action::Recv));
        assert_eq!(recv(&mut q, 2), "1");
        let mut send = int(7);
        q.wait(4, &mut send);
        assert_eq!(q.partner(5, &Action::Recv), Some(4));
        assert_eq!(recv(&mut q, 5), "7");
        assert!(q.ready(4, &send));
        q.act(4, send.clone()).unwrap();
        assert!(!q.ready(4, &send) && q.is_full() && q.is_empty());
    }

    #[test]
    fn closed() {
        let mut q = Queue::new(QueueOrder::Fifo, None);
        q.act(1, int(1)).unwrap();
        q.act(1, Action::Close { drop: false }).unwrap();
        assert_eq!(q.act(1, int(2)).unwrap_err(), Misuse::Closed);
        assert_eq!(recv(&mut q, 1), "1");
        assert_eq!(q.act(1, Action::Recv).unwrap_err(), Misuse::Closed);
        assert!(!q.ready(1, &Action::Join));
        q.act(1, Action::TaskDone).unwrap();
        assert!(q.ready(1, &Action::Join));
        assert_eq!(q.act(1, Action::TaskDone).unwrap_err(), Misuse::TooManyDone);
    }

    #[test]
    fn dropping_what_is_left_counts_as_done() {
        let mut q = Queue::new(QueueOrder::Fifo, None);
        q.act(1, int(1)).unwrap();
        q.act(1, int(2)).unwrap();
        recv(&mut q, 1);
        q.act(1, Action::Close { drop: true }).unwrap();
        assert!(!q.ready(1, &Action::Join));
        q.act(1, Action::TaskDone).unwrap();
        assert!(q.ready(1, &Action::Join));
    }
}
