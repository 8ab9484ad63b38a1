//! A process that is sent signals: what it writes, and how it ends.

use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Longer than this nothing takes that does not hang, on a busy machine either.
const LONGEST: Duration = Duration::from_secs(60);

pub struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    err: Receiver<String>,
}

impl Process {
    pub fn start(script: &str) -> Process {
        let binary = std::env::var_os("CONC").unwrap_or_else(|| env!("CARGO_BIN_EXE_conc").into());
        let mut child = Command::new(binary)
            .args(["-e", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("conc runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let stderr = child.stderr.take().expect("a pipe");
        let (sender, err) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Process { child, out, err }
    }

    /// The next line of its output; empty at the end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("it writes UTF-8");
        line.trim_end().to_owned()
    }

    pub fn send(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it is there to be sent a signal");
    }

    /// The next line of its errors that has this text; the process hangs if none comes.
    pub fn told(&self, text: &str) -> Result<(), String> {
        loop {
            match self.err.recv_timeout(LONGEST) {
                Ok(line) if line.contains(text) => return Ok(()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err(format!("`{text}` is not told")),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("it ends before `{text}`"));
                }
            }
        }
    }

    /// What it still writes, and its exit status, once it has ended.
    pub fn end(mut self) -> Result<(String, String, i32), String> {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status.code().unwrap_or(-1);
            }
            if begun.elapsed() > LONGEST {
                self.child.kill().expect("it can be ended");
                return Err("it does not end".to_owned());
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let mut out = String::new();
        self.out.read_to_string(&mut out).expect("it writes UTF-8");
        let err: Vec<String> = self.err.iter().collect();
        Ok((out, err.join("\n"), status))
    }

    /// Gives it a line to read: what lets it go on, if it has not ended.
    pub fn line_of_input(&mut self) {
        let _ = self.child.stdin.as_mut().expect("a pipe").write_all(b"here\n");
    }
}
