//! The programs of threads that wait for one another.

use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

/// Runs work on so many threads at once; the sum of what they give.
fn sum_of_all(threads: i64, work: impl Fn(i64) -> i64 + Sync) -> i64 {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|k| scope.spawn(move || work(k))).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    })
}

pub fn spawn_join(n: i64) -> i64 {
    let ran = Arc::new(AtomicI64::new(0));
    for _ in 0..n {
        let counter = ran.clone();
        let thread = thread::spawn(move || counter.fetch_add(1, Ordering::Relaxed));
        thread.join().expect("it does not panic");
    }
    ran.load(Ordering::Relaxed)
}

pub fn live(n: i64) -> i64 {
    let shared = Arc::new((Mutex::new((false, 0)), Condvar::new()));
    let work = |shared: Arc<(Mutex<(bool, i64)>, Condvar)>| {
        let (state, opened) = &*shared;
        let mut state = state.lock();
        while !state.0 {
            opened.wait(&mut state);
        }
        state.1 += 1;
    };
    let start = |_| {
        let shared = shared.clone();
        thread::spawn(move || work(shared))
    };
    let threads: Vec<_> = (0..n).map(start).collect();
    shared.0.lock().0 = true;
    shared.1.notify_all();
    for thread in threads {
        thread.join().expect("it does not panic");
    }
    shared.0.lock().1
}

pub fn lock(n: i64) {
    let start = Instant::now();
    let mut i = 0;
    while i < n {
        i = black_box(i + 1);
    }
    let bare = start.elapsed().as_secs_f64();
    let guard = black_box(Mutex::new(()));
    let middle = Instant::now();
    let mut i = 0;
    while i < n {
        let _held = guard.lock();
        i = black_box(i + 1);
    }
    let locked = middle.elapsed().as_secs_f64();
    println!("R={i}\nBARE={bare:.6} LOCKED={locked:.6}\nT={:.6}", locked - bare);
}

pub fn contended(n: i64) -> i64 {
    let count = Mutex::new(0);
    sum_of_all(4, |_| {
        for _ in 0..n {
            *count.lock() += 1;
        }
        0
    });
    count.into_inner()
}

pub fn ping_pong(n: i64) -> i64 {
    let (turn, turned) = (Mutex::new(0), Condvar::new());
    sum_of_all(2, |me| {
        for _ in 0..n {
            let mut turn = turn.lock();
            while *turn != me {
                turned.wait(&mut turn);
            }
            *turn = 1 - me;
            turned.notify_one();
        }
        0
    });
    turn.into_inner()
}

/// Two threads that send and two that receive, n items each.
fn queue(n: i64, send: impl Fn(i64) + Sync, receive: impl Fn() -> i64 + Sync) -> i64 {
    sum_of_all(4, |k| {
        if k < 2 {
            (0..n).for_each(|i| send(k * n + i));
            0
        } else {
            (0..n).map(|_| receive()).sum()
        }
    })
}

pub fn condvar_queue(n: i64) -> i64 {
    let items = Mutex::new(VecDeque::with_capacity(64));
    let (has_item, has_room) = (Condvar::new(), Condvar::new());
    let send = |item| {
        let mut items = items.lock();
        while items.len() == 64 {
            has_room.wait(&mut items);
        }
        items.push_back(item);
        has_item.notify_one();
    };
    let receive = || {
        let mut items = items.lock();
        loop {
            if let Some(item) = items.pop_front() {
                has_room.notify_one();
                return item;
            }
            has_item.wait(&mut items);
        }
    };
    queue(n, send, receive)
}

pub fn crossbeam_queue(n: i64) -> i64 {
    let (sender, receiver) = crossbeam_channel::bounded(64);
    let send = |item| sender.send(item).expect("the receiver lives");
    queue(n, send, || receiver.recv().expect("the sender lives"))
}

pub fn barrier(n: i64) -> i64 {
    let meeting = Barrier::new(4);
    sum_of_all(4, |_| {
        let mut met = 0;
        for _ in 0..n {
            meeting.wait();
            met += 1;
        }
        met
    })
}

pub fn semaphore(n: i64) -> i64 {
    let (permits, freed) = (Mutex::new(2), Condvar::new());
    sum_of_all(8, |_| {
        let mut done = 0;
        for _ in 0..n {
            {
                let mut permits = permits.lock();
                while *permits == 0 {
                    freed.wait(&mut permits);
                }
                *permits -= 1;
            }
            done += 1;
            *permits.lock() += 1;
            freed.notify_one();
        }
        done
    })
}

/// One thread that serves them all, out of a heap.
pub fn timers(n: usize) {
    let start = Instant::now();
    let shared = Arc::new((Mutex::new(BinaryHeap::<Reverse<Instant>>::new()), Condvar::new()));
    let served = shared.clone();
    let service = thread::spawn(move || {
        let (heap, earlier) = &*served;
        let mut late = Vec::with_capacity(n);
        let mut heap = heap.lock();
        while late.len() < n {
            let now = Instant::now();
            match heap.peek() {
                None => earlier.wait(&mut heap),
                Some(&Reverse(due)) if due <= now => {
                    late.push((now - due).as_secs_f64());
                    heap.pop();
                }
                Some(&Reverse(due)) => {
                    earlier.wait_until(&mut heap, due);
                }
            }
        }
        late
    });
    for i in 0..n {
        let due = Instant::now() + Duration::from_micros((i * 7919 % 50_001) as u64);
        let mut heap = shared.0.lock();
        let is_first = heap.peek().is_none_or(|&Reverse(first)| due < first);
        heap.push(Reverse(due));
        if is_first {
            shared.1.notify_one();
        }
    }
    let mut late = service.join().expect("it does not panic");
    let took = start.elapsed().as_secs_f64();
    late.sort_by(f64::total_cmp);
    println!("R={}\nLATE_MEDIAN={:.6} LATE_MAX={:.6}", late.len(), late[n / 2], late[n - 1]);
    println!("T={took:.6}");
}
