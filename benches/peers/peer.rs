//! The languages that conc is compared with: which of them the machine has, and how each runs a program.

use super::goals::{CONC, CROSSBEAM, LUA, LUAJIT, NATIVE};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// conc, or something to compare it with.
pub struct Peer {
    pub name: &'static str,
    pub version: String,
    program: PathBuf,
    arguments: &'static [&'static str],
    files: Files,
}

/// Where a peer's programs are.
#[derive(Clone, Copy)]
enum Files {
    /// Each in a file: the folder below `benches`, and the extension.
    Scripts(&'static str, &'static str),
    /// All in one executable file, which takes the program's name.
    Within,
    /// As `Within`, but only those of which there is one by this name's ending.
    Variants(&'static str),
}

fn benches() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches")
}

impl Peer {
    /// How it runs a program, with the usual size or another; nothing, if it has no such program.
    pub fn command(&self, program: &str, size: Option<&str>) -> Option<Command> {
        let mut command = Command::new(&self.program);
        command.args(self.arguments);
        match self.files {
            Files::Scripts(folder, extension) => {
                let file = benches().join(folder).join(format!("{program}.{extension}"));
                if !file.exists() {
                    return None;
                }
                command.arg(file);
            }
            Files::Within => {
                command.arg(program);
            }
            Files::Variants(ending) => {
                if program != "bounded_queue" {
                    return None;
                }
                command.arg(format!("{program}_{ending}"));
            }
        }
        command.args(size);
        Some(command)
    }
}

/// The first line that a command prints, if it can be run.
fn first_line(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let line = String::from_utf8_lossy(&text).lines().next()?.trim().to_owned();
    output.status.success().then_some(line)
}

fn script(
    name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
    ask: &str,
    files: (&'static str, &'static str),
) -> Option<Peer> {
    let version = first_line(&program, &[ask])?;
    let version = version.split("Copyright").next().unwrap_or_default();
    let version = version.trim_end_matches([' ', '-']).to_owned();
    Some(Peer { name, version, program, arguments, files: Files::Scripts(files.0, files.1) })
}

/// A Python, past wrappers that would be measured with it.
fn python(name: &'static str, program: &str) -> Option<Peer> {
    let file = first_line(Path::new(program), &["-c", "import sys; print(sys.executable)"])?;
    script(name, file.into(), &[], "--version", ("peers/python", "py"))
}

fn go() -> Option<Peer> {
    let version = first_line(Path::new("go"), &["version"])?;
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers-in-go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(benches().join("peers/go"))
        .status();
    let built = built.is_ok_and(|status| status.success());
    built.then_some(Peer { name: "Go", version, program, arguments: &[], files: Files::Within })
}

/// conc first, then all that the machine has.
///
/// # Errors
///
/// In words, if there is no conc.
pub fn found() -> Result<Vec<Peer>, String> {
    let conc = std::env::var_os("CONC").map_or(env!("CARGO_BIN_EXE_conc").into(), PathBuf::from);
    let conc =
        script(CONC, conc, &[], "--version", ("programs", "conc")).ok_or("no conc to run")?;
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let rust = first_line(Path::new("rustc"), &["--version"]).unwrap_or_else(|| "rustc".to_owned());
    let native = |name, files| {
        let version = rust.clone();
        Peer { name, version, program: this.clone(), arguments: &["--native"], files }
    };
    let others = [
        Some(native(NATIVE, Files::Within)),
        Some(native(CROSSBEAM, Files::Variants("crossbeam"))),
        go(),
        script(LUAJIT, "luajit".into(), &["-joff"], "-v", ("peers/lua", "lua")),
        script(LUA, "lua5.4".into(), &[], "-v", ("peers/lua", "lua")),
        python("CPython", "python3"),
        python("CPython, free-threaded", "python3.14t")
            .or_else(|| python("CPython, free-threaded", "python3.13t")),
        script("Ruby", "ruby".into(), &[], "--version", ("peers/ruby", "rb")),
    ];
    Ok(std::iter::once(conc).chain(others.into_iter().flatten()).collect())
}
