//! The programs themselves: the same for both tools, each with its own threads, locks and atomics.

/// A program, ready to be run again and again.
pub type Program = Box<dyn Fn() + Send + Sync>;

macro_rules! programs {
    ($tool:ident) => {
        pub fn $tool(program: &str) -> Program {
            use $tool::sync::atomic::{AtomicI64, Ordering::SeqCst};
            use $tool::sync::{Arc, Mutex};
            use $tool::thread::{JoinHandle, spawn};

            fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
                for thread in threads.into_iter().collect::<Vec<_>>() {
                    thread.join().unwrap();
                }
            }

            fn locked(threads: i64) {
                let x = Arc::new(Mutex::new(0));
                join((0..threads).map(|_| {
                    let x = x.clone();
                    spawn(move || {
                        for _ in 0..3 {
                            *x.lock().unwrap() += 1;
                        }
                    })
                }));
                assert_eq!(*x.lock().unwrap(), threads * 3);
            }

            fn lost_update(threads: i64) {
                let x = Arc::new(AtomicI64::new(0));
                join((0..threads).map(|_| {
                    let x = x.clone();
                    spawn(move || x.store(x.load(SeqCst) + 1, SeqCst))
                }));
            }

            fn readers(readers: i64) {
                let x = Arc::new(AtomicI64::new(0));
                join((0..=readers).map(|number| {
                    let x = x.clone();
                    spawn(move || {
                        if number == 0 {
                            x.store(1, SeqCst);
                        } else {
                            x.load(SeqCst);
                        }
                    })
                }));
            }

            fn philosophers(count: usize) {
                let forks: Arc<Vec<_>> = Arc::new((0..count).map(|_| Mutex::new(())).collect());
                join((0..count).map(|number| {
                    let forks = forks.clone();
                    spawn(move || {
                        let _left = forks[number].lock().unwrap();
                        let _right = forks[(number + 1) % count].lock().unwrap();
                    })
                }));
            }

            match program {
                "locked_2x3" => Box::new(|| locked(2)),
                "locked_3x3" => Box::new(|| locked(3)),
                "lost_update_3" => Box::new(|| lost_update(3)),
                "lost_update_5" => Box::new(|| lost_update(5)),
                "one_writer_13_readers" => Box::new(|| readers(13)),
                "philosophers" => Box::new(|| philosophers(3)),
                "philosophers_5" => Box::new(|| philosophers(5)),
                _ => panic!("no such program"),
            }
        }
    };
}

programs!(loom);
programs!(shuttle);
